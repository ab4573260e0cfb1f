package notices

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"time"

	"winnow/models"
)

const pageStyle = `body{font:1.1rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:36rem;padding:0 1rem;color:#222;background:#fff}button{font:inherit;padding:.4rem 1rem}form{margin:1rem 0}@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}}`

// PagePolicy is the Content-Security-Policy of the pages.
var PagePolicy = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}()

// A link is opened by programs too, such as those that look for harmful ones. So it shows a
// page, and a button does what it is for.
var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer"><title>{{.Title}}</title><style>` + pageStyle + `</style></head>
<body><main><h1>{{.Title}}</h1><p>{{.Text}}</p>
{{range .Buttons}}<form method="post"><input type="hidden" name="t" value="{{.Token}}"><input type="hidden" name="do" value="{{.Do}}"><button>{{.Label}}</button></form>
{{end}}</main></body>
</html>
`))

// Button does what a page is for.
type Button struct{ Token, Do, Label string }

// What the buttons of a page do.
const (
	DoConfirm = "confirm"
	DoStopAll = "all" // no more mail of the site to the address
	DoStopOne = "one" // no more mail about the comment
)

// Page returns one of the pages "confirm", "confirmed", "stop", "stopped" and "gone", in the
// language of the site. The token goes with its buttons.
func Page(name string, site models.Site, address, token string) []byte {
	data := newTextData(site)
	data.Address = address
	lang := site.Language
	if texts[lang] == nil {
		lang = models.Languages()[0]
	}
	show := func(part string) string { return text(site, "page."+name+"."+part, data) }
	page := struct {
		Lang, Title, Text string
		Buttons           []Button
	}{lang, show("title"), show("text"), nil}
	switch name {
	case "confirm":
		page.Buttons = []Button{{token, DoConfirm, show("button")}}
	case "stop":
		page.Buttons = []Button{{token, DoStopAll, show("button")}, {token, DoStopOne, show("one")}}
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, page); err != nil {
		panic(err) // the template is fixed, and its data are texts
	}
	return b.Bytes()
}

// Test returns messages that show a newsroom that it is told.
func (r *Runner) Test(site models.Site, at time.Time) []models.OutgoingMessage {
	data := newTextData(site)
	data.Link = r.links.console("queue")
	return r.toNewsroom(site, "test "+at.UTC().Format(time.RFC3339Nano), models.OutgoingMessage{
		Channel: models.ChannelMail, Subject: text(site, "test.subject", data), Text: text(site, "test.text", data),
	})
}
