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
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/html"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"
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
	files, sum := load()
	under := Path + sum + "/"
	page := bytes.ReplaceAll(files["index.html"], []byte("{{assets}}"), []byte(sum))
	delete(files, "index.html")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, below := strings.CutPrefix(r.URL.Path, under)
		data, known := files[name]
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		switch {
		case r.URL.Path == strings.TrimSuffix(Path, "/"):
			http.Redirect(w, r, Path, http.StatusPermanentRedirect)
			return
		case r.URL.Path == Path:
			name, data = "index.html", page
			h.Set("Cache-Control", "no-store")
		case below && known:
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		default:
			h.Set("Cache-Control", "no-store")
			http.NotFound(w, r)
			return
		}
		h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
}

// load returns all files by name without what only their authors need, and a
// checksum over them in hexadecimal.
func load() (files map[string][]byte, sum string) {
	files = map[string][]byte{}
	hash := sha256.New()
	m := minify.New()
	m.Add("js", &js.Minifier{})
	m.Add("css", &css.Minifier{})
	m.Add("svg", &svg.Minifier{})
	m.Add("html", &html.Minifier{KeepDocumentTags: true, KeepEndTags: true, KeepQuotes: true})
	assets, err := fs.Sub(embedded, "assets")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	err = fs.WalkDir(assets, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(assets, name)
		if err != nil {
			return err
		}
		data, err = m.Bytes(strings.TrimPrefix(path.Ext(name), "."), data)
		files[name] = data
		hash.Write([]byte(name + "\x00"))
		hash.Write(data)
		return err
	})
	if err != nil {
		panic(err) // likewise
	}
	return files, hex.EncodeToString(hash.Sum(nil)[:8])
}
