package console

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// request returns a reply and its body, as it was sent.
func request(t *testing.T, path, acceptEncoding string) (*http.Response, string) {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", acceptEncoding)
	Handler().ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// assetPaths returns the paths of all that the page loads.
func assetPaths(page string) (paths []string) {
	for _, match := range regexp.MustCompile(`(?:src|href)="([0-9a-f]{16}/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		paths = append(paths, Path+match[1])
	}
	return paths
}

func TestPageIsNeverCachedAndItsAssetsForever(t *testing.T) {
	res, page := request(t, Path, "")
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page: %d, Cache-Control %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	if csp := res.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("Content-Security-Policy %q", csp)
	}
	paths := assetPaths(page)
	if len(paths) != 5 {
		t.Fatalf("the page names %d files; icon, style, script and texts in two languages wanted", len(paths))
	}
	for _, path := range paths {
		res, _ := request(t, path, "")
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
	}
	for _, path := range []string{"/console/app.js", "/console/0000000000000000/app.js", "/console/assets/app.js"} {
		if res, _ := request(t, path, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, 404 wanted", path, res.StatusCode)
		}
	}
	// Relative, so that it is right below any path of a proxy.
	if res, _ := request(t, "/console", ""); res.StatusCode != http.StatusPermanentRedirect || res.Header.Get("Location") != "console/" {
		t.Errorf("/console leads to %q", res.Header.Get("Location"))
	}
}

// TestConsoleIsSmall measures what a browser receives when it opens the desk.
func TestConsoleIsSmall(t *testing.T) {
	const most = 60_000 // bytes; 41,000 with the pages of models, bans, articles and accounts
	_, page := request(t, Path, "")
	sum := 0
	for _, path := range append(assetPaths(page), Path) {
		res, body := request(t, path, "gzip, deflate, br")
		if res.Header.Get("Content-Encoding") != "br" {
			t.Errorf("%s is sent without compression", path)
		}
		t.Logf("%s: %d bytes", path, len(body))
		if !strings.HasSuffix(path, "/en.json") { // one language is loaded, and German has the longer texts
			sum += len(body)
		}
	}
	if sum > most {
		t.Errorf("the desk loads %d bytes, %d at most", sum, most)
	}
}
