package handlers

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
)

// described returns "METHOD PATH" and the description of each call.
func described(t *testing.T) map[string]*openapi3.Operation {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapiYAML)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	calls := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			calls[method+" "+path] = op
		}
	}
	return calls
}

func TestEveryRouteIsDescribed(t *testing.T) {
	calls := described(t)
	var served []string
	for _, r := range (&Server{metrics: &metrics{}}).routes() {
		parts := strings.Split(r.path, "/")
		for i, p := range parts {
			switch {
			case strings.HasPrefix(p, ":"):
				parts[i] = "{" + p[1:] + "}"
			case p == "*":
				parts[i] = "{file}"
			}
		}
		name := r.method + " " + strings.Join(parts, "/")
		served = append(served, name)
		op := calls[name]
		if op == nil {
			t.Errorf("%s is not described", name)
			continue
		}
		if want, got := security(r.who), declared(op); want != got {
			t.Errorf("%s is for %s, and described as for %s", name, want, got)
		}
		if said := strings.Contains(op.Description, "For admins of all sites."); r.who.installation != said {
			t.Errorf("%s: the description says that it is for admins of all sites: %v", name, said)
		}
	}
	for name := range calls {
		if !slices.Contains(served, name) {
			t.Errorf("%s is described and not served", name)
		}
	}
}

// TestStreamsHaveNoDeadline calls each route's guard: how long a reply
// takes that is sent row by row is a matter of its reader's network.
func TestStreamsHaveNoDeadline(t *testing.T) {
	calls, s := described(t), &Server{metrics: &metrics{}}
	limited := map[string]bool{}
	for _, r := range s.routes() {
		name := r.method + " " + r.path
		r.who, r.handler = noCredentials, func(c echo.Context) error {
			_, limited[name] = c.Request().Context().Deadline()
			return nil
		}
		c := echo.New().NewContext(httptest.NewRequestWithContext(t.Context(), r.method, "/", nil), httptest.NewRecorder())
		if err := s.guard(r)(c); err != nil {
			t.Error(err)
		}
		if calls[name] == nil { // the path has a parameter
			continue
		}
		reply := calls[name].Responses.Status(http.StatusOK)
		if reply == nil {
			continue
		}
		for kind := range reply.Value.Content {
			if limited[name] && (kind == "application/jsonl" || kind == "text/csv" || kind == "text/event-stream") {
				t.Errorf("%s replies with %s, and is cut off", name, kind)
			}
		}
	}
	for _, name := range []string{"POST /v1/comments", "GET /v1/queue", "DELETE /v1/readers"} {
		if !limited[name] {
			t.Errorf("%s may take for ever", name)
		}
	}
}

// security is what the right to a route should look like in the description.
func security(who access) string {
	var schemes []string
	if who.open || who.page {
		schemes = append(schemes, "none")
	}
	if who.page {
		schemes = append(schemes, "readerToken")
	}
	if who.key != "" {
		schemes = append(schemes, "siteKey "+string(who.key))
	}
	if who.queryKey {
		schemes = append(schemes, "siteKeyInQuery")
	}
	if who.role != "" {
		schemes = append(schemes, "consoleCookie", "moderatorToken")
	}
	slices.Sort(schemes)
	return strings.Join(schemes, ", ")
}

func declared(op *openapi3.Operation) string {
	if op.Security == nil {
		return "undeclared"
	}
	schemes := map[string]bool{}
	for _, choice := range *op.Security {
		if len(choice) == 0 {
			schemes["none"] = true
		}
		for name, scopes := range choice {
			schemes[strings.Join(append([]string{name}, scopes...), " ")] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(schemes)), ", ")
}
