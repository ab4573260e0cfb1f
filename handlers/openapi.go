package handlers

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

// openapiYAML describes the API in OpenAPI 3.1.
//
//go:embed openapi.yaml
var openapiYAML []byte

// openapi serves the description to anybody, from any origin.
func (s *Server) openapi(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=300")
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	return c.Blob(http.StatusOK, "application/yaml", openapiYAML)
}
