package widget

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestScriptIsSmallAndForEverybody(t *testing.T) {
	const most = 10_000 // bytes, before compression
	for _, name := range []string{"v1.js", "v1-style.js", "v1-time.js", "v1-en.js", "v1-de.js"} {
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
	for _, path := range []string{"/demo", "/demo/", "/demo/demo.css", "/demo/demo.js"} {
		w := httptest.NewRecorder()
		Demo("").ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		res := w.Result()
		if csp := res.Header.Get("Content-Security-Policy"); res.StatusCode != http.StatusOK || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: %d, Content-Security-Policy %q", path, res.StatusCode, csp)
		}
	}
	w := httptest.NewRecorder()
	Demo("").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/demo", nil))
	page, err := io.ReadAll(w.Body)
	if err != nil || strings.Contains(string(page), "style=") || strings.Contains(string(page), "onclick=") {
		t.Errorf("the page has inline styles or handlers, or cannot be read: %v", err)
	}
}
