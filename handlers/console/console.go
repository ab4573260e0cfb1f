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

// load returns all files by name, and a checksum over them in hexadecimal.
func load() (files map[string][]byte, sum string) {
	files = map[string][]byte{}
	hash := sha256.New()
	assets, err := fs.Sub(embedded, "assets")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	err = fs.WalkDir(assets, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(assets, name)
		if ext := path.Ext(name); ext == ".js" || ext == ".css" {
			data = lean(name, data)
		}
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

// Spaces that part nothing, in what our own scripts, texts and styles are
// written like: none of it stands inside a string.
var (
	inScripts = strings.NewReplacer(" => ", "=>", " === ", "===", " && ", "&&", " || ", "||", " = ", "=", ") {", "){", "{ ", "{", " }", "}")
	inTexts   = strings.NewReplacer(`", "`, `","`, `": "`, `":"`, `], "`, `],"`)
	inStyles  = strings.NewReplacer(": ", ":", "; }", "}", "; ", ";", ", ", ",", " { ", "{", " {", "{", " }", "}")
)

// lean takes out the comments on lines of their own, the indentation and most
// other spaces, which only authors need. Every line keeps its number, so that
// errors point to the source.
func lean(name string, source []byte) []byte {
	lines := bytes.Split(source, []byte("\n"))
	for i, line := range lines {
		lines[i] = bytes.TrimSpace(line)
		if bytes.HasPrefix(lines[i], []byte("//")) {
			lines[i] = nil
		}
	}
	tight := inScripts
	switch {
	case path.Ext(name) == ".css":
		tight = inStyles
	case path.Dir(name) == "i18n":
		tight = inTexts
	}
	return []byte(tight.Replace(string(bytes.Join(lines, []byte("\n")))))
}
