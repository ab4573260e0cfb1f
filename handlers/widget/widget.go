// Package widget serves what readers see: the script that puts comments under
// any page, and a demo article that uses it. Both speak to the public API like
// any other front end; this package knows nothing of it.
package widget

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
)

// Where the pages are mounted, with the files below.
const (
	Path     = "/widget/"
	DemoPath = "/demo"
)

//go:embed v1.js v1-style.js v1-en.js v1-de.js
var scripts embed.FS

//go:embed demo
var embedded embed.FS

// Script serves the embed script and its texts to pages of any origin, below
// Path. Its name carries the version of its behaviour: it may be mended, but
// what pages rely on never changes.
func Script() http.Handler {
	files := http.StripPrefix(Path, http.FileServerFS(scripts))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := scripts.ReadFile(strings.TrimPrefix(r.URL.Path, Path))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		sum := sha256.Sum256(data)
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Access-Control-Allow-Origin", "*") // module scripts are fetched with CORS
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Cache-Control", "public, max-age=3600")
		h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
		files.ServeHTTP(w, r)
	})
}

// Demo serves the demo article at DemoPath, and its style and script below.
func Demo() http.Handler {
	demo, err := fs.Sub(embedded, "demo")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	files := http.FileServerFS(demo)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		inner := r.Clone(r.Context())
		inner.URL.Path = "/" + strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, DemoPath), "/")
		files.ServeHTTP(w, inner)
	})
}
