// Package console serves the moderators' pages: plain HTML, CSS and JavaScript
// modules embedded in the binary. The pages work against the public API with
// the session's cookies; this package knows no session, no store and no site.
package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
)

// Path is where the console is mounted.
const Path = "/console/"

//go:embed assets
var embedded embed.FS

// policy forbids everything but our own scripts, styles and calls, and makes
// the browser refuse every way of turning a string into HTML.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Handler serves the console below Path. The page itself is never cached; all
// that it loads lies under a path with the checksum of everything, so that it
// may be cached for ever and a new binary is never mixed with old scripts.
func Handler() http.Handler {
	assets, err := fs.Sub(embedded, "assets")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	page, sum := load(assets)
	under := Path + sum + "/"
	files := http.StripPrefix(under, http.FileServerFS(assets))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		switch name, ok := strings.CutPrefix(r.URL.Path, under); {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD here", http.StatusMethodNotAllowed)
		case r.URL.Path == Path:
			h.Set("Cache-Control", "no-store")
			h.Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(page) // a reader who has gone is no failure of ours
		case r.URL.Path == strings.TrimSuffix(Path, "/"):
			http.Redirect(w, r, Path, http.StatusPermanentRedirect)
		case ok && isFile(assets, name):
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
			files.ServeHTTP(w, r)
		default:
			h.Set("Cache-Control", "no-store")
			http.NotFound(w, r)
		}
	})
}

// load returns the page with the checksum of all assets put in, and that
// checksum in hexadecimal.
func load(assets fs.FS) (page []byte, sum string) {
	hash := sha256.New()
	err := fs.WalkDir(assets, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(assets, name)
		if name == "index.html" {
			page = data
		}
		hash.Write([]byte(name + "\x00"))
		hash.Write(data)
		return err
	})
	if err != nil {
		panic(err) // likewise
	}
	sum = hex.EncodeToString(hash.Sum(nil)[:8])
	return bytes.ReplaceAll(page, []byte("{{assets}}"), []byte(sum)), sum
}

func isFile(assets fs.FS, name string) bool {
	info, err := fs.Stat(assets, name)
	return err == nil && !info.IsDir() && name != "index.html"
}
