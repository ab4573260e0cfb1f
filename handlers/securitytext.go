package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// securityTextTTL is how long the contact in security.txt may be relied on: RFC 9116
// wants less than a year.
const securityTextTTL = 180 * 24 * time.Hour

// securityText names whom to tell of a vulnerability (RFC 9116).
func (s *Server) securityText(c echo.Context) error {
	if s.contact == "" {
		return models.Errorf(models.KindNotFound, "no contact for security is set")
	}
	expires := s.now().UTC().Add(securityTextTTL).Truncate(24 * time.Hour).Format(time.RFC3339)
	return c.String(http.StatusOK, "Contact: "+s.contact+"\nExpires: "+expires+"\n")
}
