package handlers_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage/storagetest"
)

// exchange sends a request with an Accept-Encoding, and returns the body as it
// was sent.
func (d *testNode) exchange(name, method, path string, body any, header ...string) (*http.Response, []byte) {
	d.Helper()
	req := d.request(name, method, path, body)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	d.must(err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	d.must(err)
	return res, data
}

func (d *testNode) decompress(data []byte) []byte {
	d.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	d.must(err)
	plain, err := io.ReadAll(r)
	d.must(err)
	return plain
}

func varies(res *http.Response) bool {
	return slices.Contains(res.Header.Values("Vary"), "Accept-Encoding")
}

func TestListsAreCompressedForThoseWhoAcceptIt(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	for range 20 {
		d.pending("gazette", "The same thought on the harbour, and once more on the harbour.")
	}
	f := newTestSite(t)
	for range 20 {
		f.approved("harbour", "The same thought on the harbour, and once more on the harbour.")
	}
	for _, list := range []struct {
		node       *testNode
		name, path string
	}{
		{d, "eve", "/v1/queue"},
		{d, "eve", "/v1/audit?limit=200"},
		{f.testNode, "", "/v1/comments?site=gazette&article=harbour"},
		{d, "", "/openapi.yaml"},
		{d, "", "/console/"},
		{d, "", "/widget/v1.js"},
		{d, "", "/demo"},
	} {
		plain, text := list.node.exchange(list.name, "GET", list.path, nil, "Accept-Encoding", "identity")
		encoded, data := list.node.exchange(list.name, "GET", list.path, nil, "Accept-Encoding", "deflate, gzip")
		if plain.StatusCode != http.StatusOK || plain.Header.Get("Content-Encoding") != "" || !varies(plain) {
			t.Errorf("%s, plain: %d %v", list.path, plain.StatusCode, plain.Header)
		}
		if encoded.Header.Get("Content-Encoding") != "gzip" || !varies(encoded) || len(data) >= len(text) {
			t.Errorf("%s, compressed: %d of %d bytes, %v", list.path, len(data), len(text), encoded.Header)
			continue
		}
		if encoded.Header.Get("Content-Type") != plain.Header.Get("Content-Type") {
			t.Errorf("%s is %s or %s", list.path, plain.Header.Get("Content-Type"), encoded.Header.Get("Content-Type"))
		}
		if got := list.node.decompress(data); !bytes.Equal(got, text) {
			t.Errorf("%s: compressed and plain replies differ", list.path)
		}
	}
}

func TestRepliesThatAreNotCompressed(t *testing.T) {
	f := newTestSite(t)
	f.approved("harbour", "A thought on the harbour.")
	long := strings.Repeat("A thought on the harbour. ", 200)
	for what, request := range map[string]struct {
		name, method, path string
		body               any
	}{
		"a short list":           {"", "GET", "/v1/comments?site=gazette&article=harbour", nil},
		"a posted comment":       {"front end", "POST", "/v1/comments", object{"article": object{"id": "tower"}, "author": object{"name": "Reader"}, "body": long}},
		"a login":                {"", "POST", "/v1/auth/login", object{"name": long, "password": "wrong"}},
		"a new key":              {"ada", "POST", "/v1/sites/gazette/key", object{}},
		"the token of a preview": {"eve", "POST", "/v1/decisions/preview", object{"filter": object{"site": "gazette"}}},
		"an export":              {"eve", "GET", "/v1/audit?format=csv", nil},
		"a problem":              {"", "GET", "/v1/queue", nil},
	} {
		res, body := f.exchange(request.name, request.method, request.path, request.body, "Accept-Encoding", "gzip")
		if res.Header.Get("Content-Encoding") != "" || len(body) == 0 || bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
			t.Errorf("%s: %d %v", what, res.StatusCode, res.Header)
		}
	}
}

func TestUnchangedPageIsNotSentAgainCompressedOrNot(t *testing.T) {
	f := newTestSite(t)
	for range 20 {
		f.approved("harbour", "The same thought on the harbour, and once more on the harbour.")
	}
	const path = "/v1/comments?site=gazette&article=harbour"
	for _, encoding := range []string{"identity", "gzip"} {
		first, _ := f.exchange("", "GET", path, nil, "Accept-Encoding", encoding)
		etag := first.Header.Get("ETag")
		if strings.HasPrefix(etag, "W/") != (encoding == "gzip") || etag == "" {
			t.Errorf("%s: the tag %s", encoding, etag)
		}
		again, body := f.exchange("", "GET", path, nil, "Accept-Encoding", encoding, "If-None-Match", etag)
		if again.StatusCode != http.StatusNotModified || len(body) > 0 || again.Header.Get("ETag") != etag || again.Header.Get("Content-Encoding") != "" || !varies(again) {
			t.Errorf("%s: %d %v", encoding, again.StatusCode, again.Header)
		}
		head, body := f.exchange("", "HEAD", path, nil, "Accept-Encoding", encoding)
		if head.StatusCode != http.StatusOK || len(body) > 0 || head.ContentLength != first.ContentLength || head.Header.Get("Content-Encoding") != first.Header.Get("Content-Encoding") {
			t.Errorf("%s, HEAD: %d %v", encoding, head.StatusCode, head.Header)
		}
	}
}

func TestEventsAreNotHeldBackByCompression(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	req := d.request("bob", "GET", "/v1/events", nil)
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultTransport.RoundTrip(req)
	d.must(err)
	defer res.Body.Close()
	if res.Header.Get("Content-Encoding") != "" {
		t.Fatalf("the stream is compressed: %v", res.Header)
	}
	l := &listener{d.T, res, bufio.NewScanner(res.Body)}
	id := d.post("A comment on the harbour.")
	if e, _ := l.next(); e.Subject != id || e.Kind != models.CommentCreated {
		t.Errorf("received %+v", e)
	}
}
