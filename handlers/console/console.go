// Package console serves the moderators' pages: plain HTML, CSS and JavaScript
// modules embedded in the binary. The pages work against the public API with
// the session's cookies; this package knows no session, no store and no site.
package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"maps"
	"mime"
	"net/http"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/evanw/esbuild/pkg/api"
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
		h.Set("X-Robots-Tag", "noindex")
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

var (
	indent  = regexp.MustCompile(`\n\s*`)
	remarks = regexp.MustCompile(`(?m)^(#.*)?\n`) // and blank lines
	// Tags and quotes that HTML can do without.
	needless = regexp.MustCompile(`</?(head|body)>|</(html|option)>`)
	quotes   = regexp.MustCompile(`="([^\s"'=<>` + "`" + `]+)"`)
)

// load returns the page and what it loads by name, and a checksum over all in
// hexadecimal. The modules are bound together into one script, without what
// only their authors need: it loads at once and is far shorter.
func load() (files map[string][]byte, sum string) {
	built := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: "app.js", OutputPath: "app"},
			{InputPath: "style.css", OutputPath: "style"},
		},
		Outdir: "/", Bundle: true, Format: api.FormatESModule, Target: api.ESNext, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		MangleProps: "^(blind|byHand|final|gone|ids|job|meant|preview|toast|undone)$", // ours alone: no reply and no element has them
		Plugins:     []api.Plugin{{Name: "embedded", Setup: fromBinary}},
	})
	if len(built.Errors) > 0 {
		panic(built.Errors[0].Text) // the files are part of the binary
	}
	files = map[string][]byte{}
	for _, f := range built.OutputFiles {
		files[strings.TrimPrefix(filepath.ToSlash(f.Path), "/")] = f.Contents
	}
	for _, name := range []string{"index.html", "icon.svg"} {
		data, err := embedded.ReadFile("assets/" + name)
		if err != nil {
			panic(err) // likewise
		}
		files[name] = indent.ReplaceAll(data, nil)
	}
	files["index.html"] = quotes.ReplaceAll(needless.ReplaceAll(files["index.html"], nil), []byte("=$1"))
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		hash.Write([]byte(name + "\x00"))
		hash.Write(files[name])
	}
	return files, hex.EncodeToString(hash.Sum(nil)[:8])
}

// fromBinary reads modules from the binary, not from the disk.
func fromBinary(build api.PluginBuild) {
	const all, here = ".*", "embedded"
	build.OnResolve(api.OnResolveOptions{Filter: all}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		return api.OnResolveResult{Path: path.Join(path.Dir(a.Importer), a.Path), Namespace: here}, nil
	})
	build.OnLoad(api.OnLoadOptions{Filter: all, Namespace: here}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		data, err := embedded.ReadFile("assets/" + a.Path)
		contents, loader := string(data), api.LoaderJS
		switch path.Ext(a.Path) {
		case ".css":
			loader = api.LoaderCSS
		case ".txt":
			contents, loader = remarks.ReplaceAllString(contents, ""), api.LoaderText
		}
		return api.OnLoadResult{Contents: &contents, Loader: loader}, err
	})
}
