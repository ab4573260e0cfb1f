package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, f File, headers ...string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/file", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	f.ServeHTTP(w, r)
	return w.Result()
}

func TestFileIsCompressedForThoseWhoAcceptIt(t *testing.T) {
	data := bytes.Repeat([]byte("const answer = 42;\n"), 100)
	f := New("file.js", data)
	plain, compressed := get(t, f), get(t, f, "Accept-Encoding", "br, gzip")
	if got, err := io.ReadAll(plain.Body); err != nil || !bytes.Equal(got, data) || plain.Header.Get("Content-Encoding") != "" {
		t.Errorf("plain: %d bytes, %v, %v", len(got), err, plain.Header)
	}
	if compressed.Header.Get("Content-Encoding") != "gzip" || compressed.ContentLength <= 0 || compressed.ContentLength > 200 {
		t.Errorf("compressed: %d bytes, %v", compressed.ContentLength, compressed.Header)
	}
	r, err := gzip.NewReader(compressed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
		t.Errorf("decompressed: %d bytes, %v", len(got), err)
	}
	for _, res := range []*http.Response{plain, compressed} {
		if res.Header.Get("Vary") != "Accept-Encoding" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/javascript") {
			t.Errorf("headers: %v", res.Header)
		}
	}
	if plain.Header.Get("ETag") == compressed.Header.Get("ETag") {
		t.Error("both forms have the same entity tag")
	}
}

func TestFileIsNotSentAgain(t *testing.T) {
	f := New("file.js", bytes.Repeat([]byte("a"), 1000))
	for _, encoding := range []string{"identity", "gzip"} {
		etag := get(t, f, "Accept-Encoding", encoding).Header.Get("ETag")
		res := get(t, f, "Accept-Encoding", encoding, "If-None-Match", etag)
		if res.StatusCode != http.StatusNotModified || res.Header.Get("Content-Encoding") != "" || res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %d %v", encoding, res.StatusCode, res.Header)
		}
	}
}

func TestShortFileStaysPlain(t *testing.T) {
	if res := get(t, New("file.js", []byte("1")), "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "" || res.ContentLength != 1 {
		t.Errorf("%d bytes, %v", res.ContentLength, res.Header)
	}
}

func TestAcceptsGzip(t *testing.T) {
	for field, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "deflate, gzip;q=1.0, *;q=0.5": true, "gzip;q=0": false, "gzip; q=0.000": false,
		"br": false, "x-gzipped": false, "*": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", field)
		if got := AcceptsGzip(r); got != want {
			t.Errorf("%q: %v", field, got)
		}
		if n := testing.AllocsPerRun(10, func() { AcceptsGzip(r) }); n > 0 {
			t.Errorf("%q: %v allocations", field, n)
		}
	}
}
