package handlers

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// description is the interface as OpenAPI 3.1 has it.
//
//go:embed openapi.yaml
var openapiYAML []byte

// openapi shows the description to anybody.
func (s *Server) openapi(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=300")
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	return c.Blob(http.StatusOK, "application/yaml", openapiYAML)
}
