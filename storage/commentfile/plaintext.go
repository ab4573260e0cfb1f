package commentfile

import (
	"strings"

	"golang.org/x/net/html"
)

// plainText returns what a reader sees of HTML: paragraphs and lines as such, the address
// of a link behind its words. A text without elements stays as it is but for its
// character references.
func plainText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	p := &plainWriter{}
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		switch z.Next() {
		case html.ErrorToken: // the end: a string has no other error
			p.endLink()
			return strings.TrimSpace(p.out.String())
		case html.TextToken:
			p.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			p.start(z.Token())
		case html.EndTagToken:
			p.end(z.Token().Data)
		}
	}
}

type plainWriter struct {
	out    strings.Builder
	hidden int    // elements that show nothing, which are open
	pre    int    // elements that show each space, which are open
	broken bool   // an element has begun a line: spaces and line ends before its words are none
	link   string // address of the open link
	linked int    // where its words begin
}

func (p *plainWriter) text(s string) {
	if p.hidden > 0 {
		return
	}
	if p.broken && p.pre == 0 {
		s = strings.TrimLeft(s, " \t\r\n")
	}
	p.out.WriteString(s)
	p.broken = p.broken && s == ""
}

func (p *plainWriter) start(t html.Token) {
	switch t.Data {
	case "script", "style", "template", "noscript":
		p.hidden++
	case "br":
		p.out.WriteByte('\n')
		p.broken = true
	case "p", "div", "blockquote", "ul", "ol", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6":
		p.paragraph("\n\n")
		if t.Data == "pre" {
			p.pre++
		}
	case "li", "tr":
		p.paragraph("\n")
	case "a":
		p.endLink()
		p.link, p.linked = attribute(t, "href"), p.out.Len()
	case "img":
		if address := attribute(t, "src"); strings.HasPrefix(address, "http") {
			p.out.WriteString(address)
		}
	}
}

func (p *plainWriter) end(name string) {
	switch name {
	case "script", "style", "template", "noscript":
		p.hidden = max(p.hidden-1, 0)
	case "p", "div", "blockquote", "ul", "ol", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6":
		p.paragraph("\n\n")
		if name == "pre" {
			p.pre = max(p.pre-1, 0)
		}
	case "a":
		p.endLink()
	}
}

// paragraph makes sure that what follows begins a line or a paragraph.
func (p *plainWriter) paragraph(gap string) {
	p.broken = true
	if s := p.out.String(); s != "" && !strings.HasSuffix(s, gap) {
		p.out.WriteString(strings.TrimPrefix(gap, strings.Repeat("\n", trailing(s))))
	}
}

func trailing(s string) int { return min(len(s)-len(strings.TrimRight(s, "\n")), 1) }

// endLink writes the address of a link, unless its words are the address.
func (p *plainWriter) endLink() {
	if p.link == "" {
		return
	}
	words := strings.TrimSpace(p.out.String()[p.linked:])
	bare := strings.TrimSuffix(strings.TrimSuffix(words, "…"), "...")
	if p.hidden == 0 && strings.HasPrefix(p.link, "http") && words != p.link {
		_, short, _ := strings.Cut(p.link, "://")
		switch {
		case words == "":
			p.out.WriteString(p.link)
		case !strings.HasPrefix(short, strings.TrimPrefix(strings.TrimPrefix(bare, "https://"), "http://")):
			p.out.WriteString(" (" + p.link + ")")
		}
	}
	p.link = ""
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
