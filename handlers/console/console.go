// Package console serves the moderators' pages: plain HTML, CSS and JavaScript
// modules embedded in the binary. The pages use the public API with the
// session's cookies; this package imports neither sessions nor storage.
package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"

	"winnow/handlers/static"
	"winnow/handlers/why"
)

// Path is where the console is mounted.
const Path = "/console/"

//go:embed assets
var embedded embed.FS

// policy forbids everything but our own scripts, styles and requests, and makes
// the browser refuse every way of turning a string into HTML.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const pageName = "index.html"

// Handler serves the console below Path. The page itself is never cached; all
// that it loads is below a path with a checksum over all assets, so that it can
// be cached forever and a new binary is never mixed with old scripts. Nothing in
// it depends on a server, so that all servers of a process share it.
func Handler() http.Handler { return handler() }

var handler = sync.OnceValue(newHandler)

func newHandler() http.Handler {
	contents := build()
	sum := checksum(contents)
	contents[pageName] = bytes.ReplaceAll(contents[pageName], []byte("{{assets}}"), []byte(sum))
	page := static.New(pageName, contents[pageName])
	delete(contents, pageName)
	files := map[string]static.File{}
	for name, data := range contents {
		files[Path+sum+"/"+name] = static.New(name, data)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, found := files[r.URL.Path]
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cache-Control", "no-store")
		switch {
		case r.URL.Path == strings.TrimSuffix(Path, "/"):
			h.Del("Cache-Control")
			h.Set("Location", "console/") // relative: the server may be below a path that it does not see
			w.WriteHeader(http.StatusPermanentRedirect)
		case r.URL.Path == Path:
			page.ServeHTTP(w, r)
		case found:
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
			file.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

// build returns the page and all that it loads, by name. The modules are
// bundled into one script and minified: in one piece they compress to half of what the
// single files have, and load without a request for each level of imports. Source maps
// let the browser's developer tools show the modules as they are here.
func build() map[string][]byte {
	built := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: "app.js", OutputPath: "app"},
			{InputPath: "style.css", OutputPath: "style"},
		},
		Outdir: "/", Bundle: true, Format: api.FormatESModule, Target: api.ESNext, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, Sourcemap: api.SourceMapLinked,
		Plugins: []api.Plugin{{Name: "embedded", Setup: readEmbedded}},
	})
	if len(built.Errors) > 0 {
		panic(built.Errors[0].Text) // the files are part of the binary
	}
	files := map[string][]byte{}
	for _, f := range built.OutputFiles {
		files[strings.TrimPrefix(filepath.ToSlash(f.Path), "/")] = f.Contents
	}
	for _, name := range []string{pageName, "icon.svg", "locales/de.json", "locales/en.json"} {
		data, err := embedded.ReadFile("assets/" + name)
		if err != nil {
			panic(err) // likewise
		}
		files[name] = data
	}
	for _, lang := range []why.Language{why.English, why.German} {
		name := "locales/" + string(lang) + ".json"
		files[name] = withPhrases(files[name], lang)
	}
	return files
}

// withPhrases adds to the texts of a language what the server calls signals, so that both
// say the same.
func withPhrases(texts []byte, lang why.Language) []byte {
	var all map[string]json.RawMessage
	err := json.Unmarshal(texts, &all)
	if err == nil {
		all["phrases"], err = json.Marshal(why.Phrases(lang))
	}
	if err == nil {
		texts, err = json.Marshal(all)
	}
	if err != nil {
		panic(err) // the files are part of the binary
	}
	return texts
}

func checksum(files map[string][]byte) string {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		hash.Write([]byte(name + "\x00"))
		hash.Write(files[name])
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// readEmbedded makes esbuild read modules from the binary instead of the disk.
func readEmbedded(build api.PluginBuild) {
	const all, namespace = ".*", "console"
	build.OnResolve(api.OnResolveOptions{Filter: all}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		return api.OnResolveResult{Path: path.Join(path.Dir(a.Importer), a.Path), Namespace: namespace}, nil
	})
	build.OnLoad(api.OnLoadOptions{Filter: all, Namespace: namespace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		data, err := embedded.ReadFile("assets/" + a.Path)
		contents, loader := string(data), api.LoaderJS
		if path.Ext(a.Path) == ".css" {
			loader = api.LoaderCSS
		}
		return api.OnLoadResult{Contents: &contents, Loader: loader}, err
	})
}
