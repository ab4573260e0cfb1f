package widget

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestScriptIsSmallAndForEverybody(t *testing.T) {
	const most = 10_000 // bytes, before compression
	for _, name := range []string{"v1.js", "v1-parts.js", "v1-style.js", "v1-time.js", "v1-en.js", "v1-de.js"} {
		w := httptest.NewRecorder()
		Script().ServeHTTP(w, httptest.NewRequest(http.MethodGet, Path+name, nil))
		res := w.Result()
		if res.StatusCode != http.StatusOK || w.Body.Len() > most {
			t.Errorf("%s: %d, %d bytes, %d at most", name, res.StatusCode, w.Body.Len(), most)
		}
		if h := res.Header; h.Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(h.Get("Content-Type"), "text/javascript") || h.Get("ETag") == "" {
			t.Errorf("%s: %v", name, h)
		}
	}
	w := httptest.NewRecorder()
	Script().ServeHTTP(w, httptest.NewRequest(http.MethodGet, Path+"demo/index.html", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("other files: %d, 404 wanted", w.Code)
	}
}

func TestDemoHasAStrictPolicy(t *testing.T) {
	for _, path := range []string{"/demo", "/demo/", "/demo/clock", "/demo/mina", "/demo/demo.css", "/demo/demo.js"} {
		w := httptest.NewRecorder()
		Demo("").ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		res := w.Result()
		if csp := res.Header.Get("Content-Security-Policy"); res.StatusCode != http.StatusOK || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: %d, Content-Security-Policy %q", path, res.StatusCode, csp)
		}
	}
	for _, page := range demoPages {
		w := httptest.NewRecorder()
		Demo("/below").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/demo/"+page.Name, nil))
		text := w.Body.String()
		if strings.Contains(text, "style=") || strings.Contains(text, "onclick=") || !strings.Contains(text, `src="/below/widget/v`) {
			t.Errorf("%s has inline styles or handlers, or no comments:\n%s", page.Name, text)
		}
	}
}

func TestElementIsSmallAndItsLanguagesAreWhole(t *testing.T) {
	const most = 12_000 // bytes of the script and one language, as served
	get := func(name, coding string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, Path+name, nil)
		r.Header.Set("Accept-Encoding", coding)
		Script().ServeHTTP(w, r)
		if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != coding {
			t.Fatalf("%s: %d, %v", name, w.Code, w.Header())
		}
		return w
	}
	languages, locales := readLocales()
	paths := map[string]string{}
	for name := range elementFiles() {
		if path.Ext(name) == ".json" {
			paths[strings.TrimSuffix(path.Base(name), ".json")] = name
		}
	}
	script := get("v2.js", "br").Body.Len() // all browsers accept brotli over TLS
	for _, lang := range languages {
		texts := get(paths[lang], "br").Body.Len()
		t.Logf("%s: %d + %d bytes", lang, script, texts)
		if script+texts > most {
			t.Errorf("%s: %d bytes, %d at most", lang, script+texts, most)
		}
	}
	if n := get("v2.js", "gzip").Body.Len(); n > most {
		t.Errorf("the script has %d bytes with gzip, %d at most", n, most)
	}
	for _, lang := range languages {
		for _, part := range []string{".json", ".acts.json"} {
			var wanted, texts map[string]any
			if err := errors.Join(json.Unmarshal(locales["en"+part], &wanted), json.Unmarshal(locales[lang+part], &texts)); err != nil {
				t.Fatal(err)
			}
			checkTexts(t, lang, wanted, texts)
		}
	}
}

// checkTexts compares a language with English: the same keys, and values in the same places.
func checkTexts(t *testing.T, lang string, wanted, texts map[string]any) {
	t.Helper()
	for key, text := range wanted {
		forms, isPlural := texts[key].(map[string]any)
		if _, want := text.(map[string]any); want != isPlural {
			t.Errorf("%s: %s: %v", lang, key, texts[key])
			continue
		}
		if isPlural {
			if forms["other"] == nil {
				t.Errorf("%s: %s has no form \"other\"", lang, key)
			}
			continue
		}
		got, _ := texts[key].(string)
		if got == "" || !slices.Equal(placeholder.FindAllString(got, -1), placeholder.FindAllString(text.(string), -1)) {
			t.Errorf("%s: %s: %q for %q", lang, key, got, text)
		}
	}
	for key := range texts {
		if wanted[key] == nil && key != "dir" {
			t.Errorf("%s: nothing says %s", lang, key)
		}
	}
}

var placeholder = regexp.MustCompile(`{\w+}`)
