package console

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, path string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Result()
}

func TestPageIsFreshAndItsFilesAreKept(t *testing.T) {
	res := get(t, "/console/")
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page: %d, Cache-Control %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	if csp := res.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("Content-Security-Policy %q", csp)
	}
	named := regexp.MustCompile(`(?:src|href)=([0-9a-f]{16}/[^ >]+)`).FindAllSubmatch(page, -1)
	if len(named) != 3 {
		t.Fatalf("the page loads %d files, icon, style and script wanted", len(named))
	}
	for _, m := range named {
		res := get(t, "/console/"+string(m[1]))
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", m[1], res.StatusCode, res.Header)
		}
	}
	for _, path := range []string{"/console/app.js", "/console/0000000000000000/app.js", "/console/assets/app.js"} {
		if res := get(t, path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, 404 wanted", path, res.StatusCode)
		}
	}
	if res := get(t, "/console"); res.Header.Get("Location") != "/console/" {
		t.Errorf("/console leads to %q", res.Header.Get("Location"))
	}
}

func TestAssetsAreSmall(t *testing.T) {
	const most = 61_000 // bytes, before compression
	files, _ := load()
	sum := 0
	for _, data := range files {
		sum += len(data)
	}
	if sum > most {
		t.Errorf("the assets have %d bytes together, %d at most", sum, most)
	}
}
