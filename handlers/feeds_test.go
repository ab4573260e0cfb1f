package handlers_test

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
)

// hostileTexts end what they stand in, in HTML, attributes, scripts, JSON and XML.
var hostileTexts = []string{
	`"><script>alert(1)</script>`, `' onmouseover='alert(1)`, `" onmouseover="alert(1)`, `</script><script>alert(1)</script>`,
	`<img src=x onerror=alert(1)>`, `]]><x/>`, `--><script>alert(1)</script>`, `{{.}}`, "\u2028alert(1)\u2029", `\"},{"x":"`, `&lt;script&gt;`, `<!ENTITY x SYSTEM "file:///etc/passwd">`,
}

// hostile stores a published comment all of whose fields are hostile.
func (f *testSite) hostile(text string) {
	f.Helper()
	_, _, _, err := f.db.CreateComment(f.Context(), storage.NewComment{
		Comment: models.Comment{
			Site: "gazette", Article: models.Article{ID: "harbour", Title: text, URL: "javascript:alert(1)//" + text},
			Author: models.Author{Name: text, URL: "javascript:alert(1)//" + text, Email: "secret@example.org"}, Body: text + "\n\n*" + text + "*", Status: models.Approved,
		},
	})
	f.must(err)
}

func TestNothingThatReadersWriteRunsInHTML(t *testing.T) {
	f := newTestSite(t)
	for _, text := range hostileTexts {
		f.hostile(text)
	}
	r := f.send("GET", "/v1/threads.html?site=gazette&article=harbour", nil, nil)
	r.must(http.StatusOK)
	if kind := r.header.Get("Content-Type"); kind != "text/html; charset=UTF-8" || !strings.Contains(r.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%q, %v", kind, r.header)
	}
	allowed := " section meta div article header span bdi link a time p br blockquote em strong "
	attributes := " class itemscope itemtype itemid itemprop content id datetime href dir aria-label data-article data-state data-next data-more data-depth "
	comments := 0
	for z := html.NewTokenizer(strings.NewReader(string(r.body))); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		if kind == html.TextToken {
			continue
		}
		if kind == html.CommentToken || !strings.Contains(allowed, " "+token.Data+" ") {
			t.Errorf("%v", token)
		}
		for _, a := range token.Attr {
			if !strings.Contains(attributes, " "+a.Key+" ") || strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("%v", token)
			}
			if a.Key == "itemprop" && a.Val == "comment" {
				comments++
			}
		}
	}
	if comments != len(hostileTexts) {
		t.Errorf("%d comments of %d", comments, len(hostileTexts))
	}
}

func TestHTMLOfThreads(t *testing.T) {
	f := newTestSite(t)
	root := f.saying("harbour", "", "Ada", "I walked along the *new* quay.")
	reply := f.saying("harbour", root, "Bea", "Well done.")
	below := f.saying("harbour", reply, "Cid", "> Well done.\nIndeed")
	r := f.send("GET", "/v1/threads.html?site=gazette&article=harbour", nil, nil)
	r.must(http.StatusOK)
	for _, want := range []string{
		`itemid="https://gazette.example/harbour"`, `<meta itemprop="commentCount" content="3">`,
		`id="comment-` + root + `" data-depth="0" itemprop="comment"`, `id="comment-` + below + `" data-depth="2"`,
		`<a itemprop="url" href="https://gazette.example/harbour#comment-` + reply + `">`, `<bdi itemprop="name">Ada</bdi>`,
		`<div itemprop="text" dir="auto"><p>I walked along the <em>new</em> quay.</p></div>`, `aria-label="in reply to"><bdi>Bea</bdi>`, "<blockquote>",
	} {
		if !strings.Contains(string(r.body), want) {
			t.Errorf("no %s in %s", want, r.body)
		}
	}
	if strings.Contains(string(r.body), "secret") {
		t.Errorf("%s", r.body)
	}
	f.send("GET", "/v1/threads.html?site=gazette&article=harbour", headers{"If-None-Match": r.header.Get("ETag")}, nil).must(http.StatusNotModified)
}

type atomDocument struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated time.Time
	Entry   []struct {
		ID    string `xml:"id"`
		Title string `xml:"title"`
		Link  struct {
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Author struct {
			Name string `xml:"name"`
			URI  string `xml:"uri"`
		} `xml:"author"`
		Content struct {
			Type string `xml:"type,attr"`
			Text string `xml:",chardata"`
		} `xml:"content"`
	} `xml:"entry"`
}

type jsonFeed struct {
	Version string
	Title   string
	Items   []struct {
		ID            string
		URL           string
		Title         string
		ContentHTML   string    `json:"content_html"`
		ContentText   string    `json:"content_text"`
		DatePublished time.Time `json:"date_published"`
		Authors       []struct{ Name, URL string }
	}
}

func TestFeeds(t *testing.T) {
	f := newTestSite(t)
	first := f.saying("harbour", "", "Ada", "I walked along the *new* quay.")
	second := f.saying("bridge", "", "Bea", "And I over the bridge.")
	f.pending("gazette", "this waits")
	for query, want := range map[string][]string{"": {second, first}, "&article=harbour": {first}, "&article=none": {}} {
		r := f.send("GET", "/v1/feed.json?site=gazette"+query, nil, nil)
		var feed jsonFeed
		r.into(http.StatusOK, &feed)
		if kind := r.header.Get("Content-Type"); kind != "application/feed+json" || feed.Version != "https://jsonfeed.org/version/1.1" || feed.Title == "" || len(feed.Items) != len(want) {
			t.Errorf("%s: %s %+v", query, kind, feed)
		}
		r = f.send("GET", "/v1/feed.atom?site=gazette"+query, nil, nil)
		r.must(http.StatusOK)
		var atom atomDocument
		if err := xml.Unmarshal(r.body, &atom); err != nil || !strings.HasPrefix(r.header.Get("Content-Type"), "application/atom+xml") || atom.ID == "" || atom.Title == "" || len(atom.Entry) != len(want) {
			t.Fatalf("%s: %v %s", query, err, r.body)
		}
		for i, id := range want {
			if item := feed.Items[i]; item.ID != "urn:uuid:"+id || !strings.HasSuffix(item.URL, "#comment-"+id) || item.DatePublished.IsZero() || len(item.Authors) != 1 {
				t.Errorf("%s: %+v", query, item)
			}
			if entry := atom.Entry[i]; entry.ID != "urn:uuid:"+id || entry.Content.Type != "html" || !strings.HasSuffix(entry.Link.Href, "#comment-"+id) || !strings.Contains(entry.Content.Text, "<p>") || entry.Author.Name == "" {
				t.Errorf("%s: %+v", query, entry)
			}
		}
		if strings.Contains(string(r.body), "secret") {
			t.Errorf("%s", r.body)
		}
		f.send("GET", "/v1/feed.atom?site=gazette"+query, headers{"If-None-Match": r.header.Get("ETag")}, nil).must(http.StatusNotModified)
	}
	f.send("GET", "/v1/feed.json?site=gazette&article=", nil, nil).names("article")
	f.send("GET", "/v1/feed.json?site=nowhere", nil, nil).must(http.StatusNotFound)
	f.as("ada", "POST", "/v1/comments/"+first+"/decision", object{"action": "reject", "reason": "abuse"}).must(http.StatusOK)
	f.pass(11 * time.Second)
	for _, query := range []string{"", "&article=harbour"} {
		if r := f.send("GET", "/v1/feed.json?site=gazette"+query, nil, nil); strings.Contains(string(r.body), first) {
			t.Errorf("%s has what was taken down: %s", query, r.body)
		}
	}
}

func TestFeedsOfHostileTexts(t *testing.T) {
	f := newTestSite(t)
	for _, text := range hostileTexts {
		f.hostile(text)
	}
	f.hostile("control \x00\x01\x08 characters")
	for _, query := range []string{"", "&article=harbour"} {
		r := f.send("GET", "/v1/feed.json?site=gazette"+query, nil, nil)
		var feed jsonFeed
		r.into(http.StatusOK, &feed)
		if strings.ContainsAny(string(r.body), "<>\u2028\u2029") || len(feed.Items) != len(hostileTexts)+1 {
			t.Errorf("%d items in %s", len(feed.Items), r.body)
		}
		for _, item := range feed.Items {
			if item.URL != "" || item.Authors[0].URL != "" || strings.Contains(item.ContentHTML, "<script") || strings.Contains(item.ContentHTML, "<img") {
				t.Errorf("%+v", item)
			}
		}
		var atom atomDocument
		r = f.send("GET", "/v1/feed.atom?site=gazette"+query, nil, nil)
		if err := xml.Unmarshal(r.body, &atom); err != nil || len(atom.Entry) != len(hostileTexts)+1 {
			t.Fatalf("%v: %s", err, r.body)
		}
		for _, entry := range atom.Entry {
			if entry.Author.URI != "" || entry.Link.Href != "" || strings.Contains(entry.Content.Text, "<script") || strings.Contains(entry.Content.Text, "<img") {
				t.Errorf("%+v", entry)
			}
		}
		for _, list := range []string{"/v1/threads?site=gazette&article=harbour&limit=100", "/v1/threads?site=gazette&article=harbour&order=best"} {
			if r := f.send("GET", list, nil, nil); strings.ContainsAny(string(r.body), "<>\u2028\u2029") || !json.Valid(r.body) {
				t.Errorf("%s", r.body)
			}
		}
	}
}

func TestHTMLIsSentWithTextsThatHaveMarks(t *testing.T) {
	f := newTestSite(t)
	f.saying("harbour", "", "Ada", "plain & simple")
	f.saying("harbour", "", "Bea", "*so* and https://shop.example")
	page := f.threads("&order=oldest")
	if got := fmt.Sprintf("%q %q", page.Threads[0].HTML, page.Threads[1].HTML); !strings.HasSuffix(got, ` "<p><em>so</em> and https://shop.example</p>"`) {
		t.Error(got)
	}
}

// counts reads a stream of counts.
func (d *testNode) counts(query string) func(want int) {
	d.Helper()
	res, err := http.DefaultClient.Do(d.request("", "GET", "/v1/threads/events?site=gazette&article="+query, nil))
	d.must(err)
	d.Cleanup(func() { res.Body.Close() })
	if kind := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || kind != "text/event-stream" || res.Header.Get("Access-Control-Allow-Origin") != "*" {
		d.Fatalf("stream: %d %s", res.StatusCode, kind)
	}
	lines := bufio.NewScanner(res.Body)
	return func(want int) {
		d.Helper()
		name := ""
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			if field == "event" {
				name = value
			}
			if field == "data" {
				var got struct{ Total int }
				if err := json.Unmarshal([]byte(value), &got); err != nil || name != "count" {
					d.Fatalf("%s %s, %v", name, value, err)
				}
				if got.Total == want {
					return
				}
			}
		}
		d.Fatal("the stream has ended: ", lines.Err())
	}
}

func TestAHeadOfTheCountStreamEnds(t *testing.T) {
	f := newTestSite(t)
	f.send("HEAD", "/v1/threads/events?site=gazette&article=harbour", nil, nil).must(http.StatusOK)
}

func TestReadersAreToldOfNewComments(t *testing.T) {
	onBoth(t, "a page is told of each change of the count, by whichever node", func(d *testNode) {
		harbour, other := d.counts("harbour"), d.counts("bridge")
		harbour(0)
		other(0)
		c := d.pending("gazette", "what a harbour")
		d.claim("bob", 1)
		d.decide("bob", c.ID, object{"action": "approve"})
		harbour(1)
		d.as("bob", "POST", "/v1/comments/"+c.ID+"/decision", object{"action": "reject", "reason": "abuse"}).must(http.StatusOK)
		harbour(0)
		base := d.base
		d.serve(memory.NewNotifier()) // nothing but the database in common
		if d.base == base {
			d.Fatal("there is no second node")
		}
		d.decide("bob", c.ID, object{"action": "approve"})
		harbour(1)
	})
}
