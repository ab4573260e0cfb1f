package handlers

import (
	"net/http"
	"strings"
)

// below serves a handler under the path of the public address. A proxy may leave that
// path on its requests or remove it; health checks come without it.
func below(base string, next http.Handler) http.Handler {
	if base == "" {
		return next
	}
	strip := http.StripPrefix(base, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, found := strings.CutPrefix(r.URL.Path, base)
		switch {
		case found && rest == "":
			redirect(base+"/", http.StatusPermanentRedirect).ServeHTTP(w, r)
		case found && rest[0] == '/':
			strip.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// redirect leads to an address that may be relative: unlike http.Redirect it does not
// resolve it against a path that is not the one which the browser asked for.
func redirect(to string, status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	})
}

// placeBelow adds the path of the public address to an absolute path in Location.
func placeBelow(h http.Header, base string) {
	if to := h.Get("Location"); strings.HasPrefix(to, "/") {
		h.Set("Location", base+to)
	}
}
