package handlers

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// Logins are limited so that guessing is slow, and nobody can lock a moderator
// out: a device that the moderator has logged in with, and a household that they
// have logged in from, are counted by themselves, and only strangers share a
// count. See "device cookies" of the OWASP.

// deviceCookie is set by a login with cookies, and says with which devices a
// moderator has logged in. It proves nothing else.
const (
	deviceCookie = "winnow_device"
	deviceTTL    = 365 * 24 * time.Hour
)

// maxDeviceCookie is more than the length of a device cookie.
const maxDeviceCookie = 200

// deviceTag is node.Node.DeviceTag.
type deviceTag func(moderator, device string) string

// newDevice returns the value of a device cookie: a random name of the device,
// and the proof that it belongs to the moderator.
func newDevice(tagOf deviceTag, moderator string) string {
	device := rand.Text()
	return device + "." + tagOf(moderator, device)
}

// readDevice returns the name of the device in a cookie of the moderator; "" for
// any other text.
func readDevice(tagOf deviceTag, moderator, value string) string {
	device, tag, found := strings.Cut(value, ".")
	if !found || device == "" || len(value) > maxDeviceCookie ||
		subtle.ConstantTimeCompare([]byte(tag), []byte(tagOf(moderator, device))) == 0 {
		return ""
	}
	return device
}

// loginOrigin is what is known of where a login comes from.
type loginOrigin struct {
	address netip.Addr
	device  string // name of the device, if the moderator has used it
	network string // pseudonym of the household, if the moderator has logged in from it
}

// isKnown reports whether the moderator has logged in from there before.
func (o loginOrigin) isKnown() bool { return o.device != "" || o.network != "" }

// loginOrigin finds out where a login for a name comes from.
func (s *Server) loginOrigin(c echo.Context, name string) (loginOrigin, error) {
	o := loginOrigin{address: caller(c).Address}
	if cookie, err := c.Request().Cookie(s.cookieName(c.Request(), deviceCookie)); err == nil {
		o.device = readDevice(s.node.DeviceTag, name, cookie.Value)
	}
	network := s.node.LoginNetwork(name, o.address)
	known, err := s.db.KnowsNetwork(c.Request().Context(), name, network)
	if known {
		o.network = network
	}
	return o, err
}

// loginLimits are the limits of a login. Those of strangers count an address and
// a name together, so that colleagues behind one address do not lock each other
// out, then each of the two.
func (s *Server) loginLimits(from loginOrigin, name string) []models.Limit {
	switch {
	case from.device != "":
		return []models.Limit{{Name: "login-device", Key: from.device, Rate: s.rates.Login}}
	case from.network != "":
		return []models.Limit{{Name: "login-network", Key: from.network, Rate: s.rates.Login}}
	}
	wide := models.Rate{Count: 10 * s.rates.Login.Count, Period: s.rates.Login.Period}
	address := models.PrefixText(models.HouseholdOf(from.address))
	return []models.Limit{
		{Name: "login", Key: s.node.LimitKey("login", address+" "+name), Rate: s.rates.Login},
		{Name: "login-address", Key: s.node.LimitKey("login-address", address), Rate: wide},
		{Name: "login-name", Key: s.node.LimitKey("login-name", name), Rate: wide},
	}
}

// cookieName is the name of one of the console's cookies. Over HTTPS the prefix
// makes browsers accept it from this host alone; without HTTPS they would refuse
// it.
func (s *Server) cookieName(r *http.Request, name string) string {
	if s.isHTTPS(r) {
		return "__Host-" + name
	}
	return name
}
