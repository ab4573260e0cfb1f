package widget

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"winnow/handlers/static"
)

//go:embed demo
var demo embed.FS

// policy lets the demo newspaper load nothing but this server's own files, and refuses every
// way of turning a text into HTML or script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// demoPage is one page of the demo newspaper.
type demoPage struct {
	Name     string // in its address; the front page has none
	File     string
	Menu     string // what the masthead calls it
	Title    string
	Article  string // that its comments are on; the front page has none
	Lang     string
	Dir      string
	Class    string
	Skip     string // to the comments
	Comments string // what a screen reader calls them
	SignsIn  bool   // its reader can sign in
	Old      bool   // with the first embed script
}

var demoPages = []demoPage{
	{File: "front", Menu: "Today", Title: "Today’s stories", Lang: "en"},
	{Name: "clock", File: "clock", Menu: "Town", Title: "The clock that was nine minutes late", Article: "welcome", Lang: "en", Skip: "To the comments", Comments: "Comments"},
	{Name: "ferry", File: "ferry", Menu: "Harbour", Title: "The ferry that waits", Article: "ferry", Lang: "en", Skip: "To the comments", Comments: "Comments"},
	{Name: "brot", File: "brot", Menu: "Stadtleben", Title: "Das Brot kommt jetzt um acht", Article: "brot", Lang: "de", Skip: "Zu den Kommentaren", Comments: "Kommentare"},
	{Name: "night", File: "night", Menu: "After dark", Title: "Who buys fish at three in the morning", Article: "night", Lang: "en", Class: "night", Skip: "To the comments", Comments: "Comments"},
	{Name: "mina", File: "mina", Menu: "الميناء", Title: "الميناء الذي يستيقظ قبل المدينة", Article: "mina", Lang: "ar", Dir: "rtl", Skip: "إلى التعليقات", Comments: "التعليقات"},
	{Name: "members", File: "ferry", Menu: "Signed in", Title: "The ferry that waits", Article: "ferry", Lang: "en", Skip: "To the comments", Comments: "Comments", SignsIn: true},
	{Name: "v1", File: "clock", Title: "The clock that was nine minutes late", Article: "welcome", Lang: "en", Skip: "To the comments", Comments: "Comments", Old: true},
}

// Demo serves the demo newspaper at DemoPath: a front page with counts, articles with
// comments, and their style and script. base is the path that the server itself is below, ""
// for none.
func Demo(base string) http.Handler {
	files := load(demo, "demo")
	delete(files, "layout.html")
	layout := template.Must(template.ParseFS(demo, "demo/layout.html"))
	for _, page := range demoPages {
		body := render(template.Must(template.ParseFS(demo, "demo/pages/"+page.File+".html")), map[string]string{"Base": base})
		files[page.Name] = static.New(page.File+".html", render(layout, struct {
			demoPage
			Base          string
			Body          template.HTML
			Pages         []demoPage
			ForDevelopers bool
		}{page, base, template.HTML(body), demoPages, page.Name == "" || page.Name == "clock"}))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		file, found := files[strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, DemoPath), "/")]
		if !found {
			http.NotFound(w, r)
			return
		}
		file.ServeHTTP(w, r)
	})
}

func render(t *template.Template, data any) []byte {
	var page bytes.Buffer
	if err := t.Execute(&page, data); err != nil {
		panic(err) // the pages are part of the binary
	}
	return page.Bytes()
}
