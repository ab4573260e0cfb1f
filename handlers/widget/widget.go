// Package widget serves what readers see: the script that puts comments under
// any page, and a demo newspaper that uses it. Both use the public API like any
// other front end; this package imports nothing of it.
package widget

import (
	"embed"
	"io/fs"
	"maps"
	"net/http"
	"strings"

	"winnow/handlers/static"
)

// Where the pages are mounted, with the files below.
const (
	Path     = "/widget/"
	DemoPath = "/demo"
)

//go:embed v1.js v1-parts.js v1-style.js v1-time.js v1-en.js v1-de.js
var scripts embed.FS

// Script serves the embed scripts and their texts to pages of any origin, below
// Path. Their names have the version of their behaviour: bugs are fixed, but
// what pages rely on never changes.
func Script() http.Handler {
	files := load(scripts, ".")
	maps.Copy(files, elementFiles())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, found := files[strings.TrimPrefix(r.URL.Path, Path)]
		if !found {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Access-Control-Allow-Origin", "*") // module scripts are fetched with CORS
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Cache-Control", "public, max-age=3600")
		if strings.HasSuffix(r.URL.Path, ".json") {
			h.Set("Cache-Control", "public, max-age=31536000, immutable") // its path has a checksum
		}
		file.ServeHTTP(w, r)
	})
}

// load returns the files of a folder by name.
func load(from embed.FS, folder string) map[string]static.File {
	entries, err := from.ReadDir(folder)
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	files := map[string]static.File{}
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		data, err := fs.ReadFile(from, strings.TrimPrefix(folder+"/"+entry.Name(), "./"))
		if err != nil {
			panic(err) // likewise
		}
		files[entry.Name()] = static.New(entry.Name(), data)
	}
	return files
}
