package notices

import (
	"embed"
	"strings"
	"text/template"
	"time"

	"winnow/handlers/mailer"
	"winnow/models"
)

//go:embed texts/*.tmpl
var textFiles embed.FS

// texts are the templates of each language. All texts are plain: pages escape them once more.
var texts = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, lang := range models.Languages() {
		all[lang] = template.Must(template.ParseFS(textFiles, "texts/"+lang+".tmpl"))
	}
	return all
}()

// textData is what the texts are about. Its texts have one line each, but for those of
// comments.
type textData struct {
	Site    string
	Link    string // where to go
	Count   int
	Limit   int
	Hours   int
	Since   string
	Address string
	Digest  digestData
	updateData
}

type digestData struct {
	Posted, Published, Held, Rejected, Decisions int
	Report                                       string
}

type updateData struct {
	Author, Title string
	Outcome       bool
	Published     bool
	Message       string
	Replies       []replyData
	More          int
	Stop          string
}

type replyData struct{ Author, Text, Link string }

const (
	maxSiteName = 80 // characters, as the others
	maxTitle    = 120
	maxExcerpt  = 600
)

// newTextData returns what all texts of a site need.
func newTextData(site models.Site) textData {
	name := site.Name
	if models.Blank(name) {
		name = site.Slug
	}
	return textData{Site: mailer.OneLine(name, maxSiteName)}
}

// text returns a text in the language of a site.
func text(site models.Site, name string, data textData) string {
	t := texts[site.Language]
	if t == nil {
		t = texts[models.Languages()[0]]
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		panic(err) // tests execute each with all data
	}
	return b.String()
}

// timeText is a time for people who do not know the time zone of the server.
func timeText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// quote marks a text of somebody else, without invisible characters, and cuts it.
func quote(s string) string {
	r := []rune(s)
	if len(r) > maxExcerpt {
		s = strings.TrimSpace(string(r[:maxExcerpt])) + " …"
	}
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString("> " + mailer.OneLine(line, maxExcerpt+2) + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
