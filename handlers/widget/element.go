package widget

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"

	"winnow/handlers/static"
)

//go:embed v2
var element embed.FS

// elementFiles returns the scripts of <winnow-comments> and its languages, by path below
// Path. The modules are bundled into one script, so that a page loads it in one request,
// and its language beside the comments. What few readers need is a script of its own. All
// but the first are at a path with a checksum: no script uses those of another version.
var elementFiles = sync.OnceValue(func() map[string]static.File {
	languages, files := readLocales()
	for _, script := range []string{"acts", "proof"} {
		maps.Copy(files, bundle(script, nil))
	}
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		hash.Write([]byte(name + "\x00"))
		hash.Write(files[name])
	}
	folder := "v2/" + hex.EncodeToString(hash.Sum(nil)[:6]) + "/"
	served := map[string]static.File{}
	for name, data := range files {
		served[folder+name] = static.New(strings.TrimSuffix(name, ".map"), data)
	}
	at := strings.TrimPrefix(Path, "/") + folder
	for name, data := range bundle("v2", map[string]string{
		"LANGUAGES": string(marshal(languages)), "FOLDER": string(marshal(at)),
	}) {
		served[name] = static.New(strings.TrimSuffix(name, ".map"), data)
	}
	return served
})

// readLocales returns the languages, and the texts of each as two files, like the scripts:
// what all readers need, and what only those who act do.
func readLocales() (languages []string, files map[string][]byte) {
	const folder = "v2/locales"
	entries, err := element.ReadDir(folder)
	if err != nil {
		panic(err) // they are part of the binary
	}
	files = map[string][]byte{}
	for _, entry := range entries {
		data, err := element.ReadFile(folder + "/" + entry.Name())
		var texts map[string]any
		if err == nil {
			err = json.Unmarshal(data, &texts)
		}
		if err != nil {
			panic(fmt.Errorf("%s: %w", entry.Name(), err)) // likewise
		}
		lang := strings.TrimSuffix(entry.Name(), ".json")
		languages = append(languages, lang)
		files[lang+".acts.json"] = marshal(texts["acts"])
		delete(texts, "acts")
		delete(texts, "review") // for translators
		files[entry.Name()] = marshal(texts)
	}
	return languages, files
}

func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts can always be written
	}
	return data
}

// bundle returns a script with all its modules, and its source map. Constants are known to
// the modules by name.
func bundle(name string, constants map[string]string) map[string][]byte {
	built := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{{InputPath: name + ".js", OutputPath: name}},
		Outdir:              "/", Bundle: true, Format: api.FormatESModule, Target: api.ES2022, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, Sourcemap: api.SourceMapLinked,
		Define:  constants,
		Plugins: []api.Plugin{{Name: "embedded", Setup: readModules}},
	})
	if len(built.Errors) > 0 {
		panic(built.Errors[0].Text) // the modules are part of the binary
	}
	files := map[string][]byte{}
	for _, f := range built.OutputFiles {
		files[path.Base(filepath.ToSlash(f.Path))] = f.Contents
	}
	return files
}

// readModules makes esbuild read modules from the binary. A style sheet becomes a text,
// which the script makes a constructed one of: no page has to allow inline styles for it.
func readModules(build api.PluginBuild) {
	const all, namespace = ".*", "v2"
	build.OnResolve(api.OnResolveOptions{Filter: all}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		return api.OnResolveResult{Path: path.Join(path.Dir(a.Importer), a.Path), Namespace: namespace}, nil
	})
	build.OnLoad(api.OnLoadOptions{Filter: all, Namespace: namespace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		data, err := element.ReadFile("v2/" + a.Path)
		if err != nil || path.Ext(a.Path) != ".css" {
			contents := string(data)
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS}, err
		}
		sheet := api.Transform(string(data), api.TransformOptions{Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true})
		if len(sheet.Errors) > 0 {
			return api.OnLoadResult{Errors: sheet.Errors}, nil
		}
		contents := string(sheet.Code)
		return api.OnLoadResult{Contents: &contents, Loader: api.LoaderText}, nil
	})
}
