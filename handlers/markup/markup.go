// Package markup renders what readers write as HTML: paragraphs, line breaks, quotes,
// emphasis and, where a site wants them, links. Everything else stays the text that it is:
// there is no way to write a heading, a list, an image or a tag. It knows nothing of
// comments.
package markup

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/publicsuffix"
)

const (
	// maxNesting is how many quotes, or how many emphases, may stand in each other. Deeper
	// ones are shown as if they were this deep: a page must not get thousands of elements in
	// each other.
	maxNesting = 4
	// maxMarks is how many marks a text may have that open or close an emphasis or a link. A
	// text with more is shown as it is: to pair them takes time with the square of their number.
	maxMarks = 1000
)

// textRenderer is safe for concurrent use.
type textRenderer struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy // built once: to build one takes longer than to apply it
}

var (
	plain     = newRenderer(false)
	withLinks = newRenderer(true)
)

// HTML renders a text. It is safe to put where HTML has elements such as <div>. "" means that
// the text is one paragraph without any mark: whoever shows it as text shows the same.
func HTML(body string, links bool) string {
	if isPlain(body, links) {
		return ""
	}
	if links {
		return withLinks.html(body)
	}
	return plain.html(body)
}

// Document is HTML that is never "".
func Document(body string, links bool) string {
	if h := HTML(body, links); h != "" {
		return h
	}
	return "<p>" + string(util.EscapeHTML([]byte(body))) + "</p>"
}

// isPlain reports whether a text has nothing that is rendered in another way than as text.
func isPlain(body string, links bool) bool {
	if strings.ContainsAny(body, "\n\r\t*_\\&") || strings.HasPrefix(strings.TrimLeft(body, " "), ">") {
		return false
	}
	return !links || !strings.ContainsAny(body, "[<:") && !strings.Contains(body, "www.")
}

func newRenderer(links bool) *textRenderer {
	inline := []util.PrioritizedValue{util.Prioritized(parser.NewEmphasisParser(), 500)}
	policy := bluemonday.NewPolicy()
	policy.AllowElements("p", "br", "blockquote", "em", "strong")
	if links {
		inline = append(inline,
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(extension.NewLinkifyParser(
				extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}),
				extension.WithLinkifyEmailRegexp(never),
			), 999))
		policy.AllowAttrs("href").OnElements("a")
		policy.AllowURLSchemes("http", "https")
		policy.RequireParseableURLs(true)
		policy.AllowRelativeURLs(false)
		policy.AllowAttrs("rel").Matching(regexp.MustCompile("^" + linkRel + "$")).OnElements("a")
	}
	return &textRenderer{
		markdown: goldmark.New(
			goldmark.WithParser(parser.NewParser(
				parser.WithBlockParsers(
					util.Prioritized(parser.NewBlockquoteParser(), 800),
					util.Prioritized(parser.NewParagraphParser(), 1000),
				),
				parser.WithInlineParsers(inline...),
				parser.WithASTTransformers(util.Prioritized(subset{}, 100)),
			)),
			goldmark.WithRenderer(renderer.NewRenderer(renderer.WithNodeRenderers(
				util.Prioritized(html.NewRenderer(html.WithHardWraps()), 1000),
			))),
		),
		policy: policy,
	}
}

// never matches nothing: addresses of people are no links.
var never = regexp.MustCompile(`[^\s\S]`)

func (r *textRenderer) html(body string) string {
	body = normalizeLines(body)
	var b bytes.Buffer
	if countMarks(body) > maxMarks || r.markdown.Convert([]byte(body), &b) != nil {
		return escaped(body)
	}
	return strings.TrimSpace(r.policy.Sanitize(b.String()))
}

func countMarks(body string) (n int) {
	for i := range len(body) {
		if strings.IndexByte("*_[]<", body[i]) >= 0 {
			n++
		}
	}
	return n
}

// escaped shows a text as it is.
func escaped(body string) string {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(body, "\n\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			text := string(util.EscapeHTML([]byte(paragraph)))
			b.WriteString("<p>" + strings.ReplaceAll(text, "\n", "<br>\n") + "</p>\n")
		}
	}
	return strings.TrimSpace(b.String())
}

// normalizeLines takes from each line the space before it, which would make a code block of
// it, and the marks of quotes beyond maxNesting.
func normalizeLines(body string) string {
	var b strings.Builder
	b.Grow(len(body) + 16)
	for line := range strings.SplitAfterSeq(body, "\n") {
		rest, quotes := strings.TrimLeft(line, " \t"), 0
		for strings.HasPrefix(rest, ">") {
			rest = strings.TrimLeft(rest[1:], " \t")
			quotes++
		}
		b.WriteString(strings.Repeat("> ", min(quotes, maxNesting)))
		b.WriteString(rest)
	}
	return b.String()
}

// subset makes of a document what is left of it without images, links to anything but pages
// on the web, and emphases deeper than maxNesting; and gives links what those of readers have.
type subset struct{}

func (subset) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var unwanted []ast.Node
	emphases := 0
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		wanted := true
		switch n := n.(type) {
		case *ast.Emphasis:
			if !entering {
				emphases--
				return ast.WalkContinue, nil
			}
			emphases++
			wanted = emphases <= maxNesting
			if entering && isInsideWord(n, reader.Source()) {
				wanted = false
				showMarks(n)
			}
		case *ast.Link:
			n.Title = nil
			wanted = isWebAddress(n.Destination) && isWritten(n.Destination, reader.Source()) && !isMasked(n, reader.Source())
			n.SetAttributeString("rel", []byte(linkRel))
		case *ast.AutoLink:
			wanted = n.AutoLinkType == ast.AutoLinkURL && isWebAddress(n.URL(reader.Source()))
			n.SetAttributeString("rel", []byte(linkRel))
		case *ast.Image:
			wanted = false
		}
		if entering && !wanted {
			unwanted = append(unwanted, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range unwanted {
		unwrap(n, reader.Source())
	}
}

// linkRel says of the links of readers that the site does not vouch for them.
const linkRel = "ugc nofollow noopener"

func isWebAddress(address []byte) bool {
	u, err := url.Parse(string(util.URLEscape(address, true))) // as it is rendered
	return err == nil && (strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https")) && u.Host != "" && u.User == nil
}

// isWritten reports whether an address stands in the text as it is, without escapes and
// character references: otherwise the filter and the rules, which read the text, would not
// know of it.
func isWritten(address, source []byte) bool {
	return bytes.Equal(util.URLEscape(address, true), util.URLEscape(address, false)) && bytes.Contains(source, address)
}

// hostName is what looks like the name of a host in the text of a link.
var hostName = regexp.MustCompile(`(?:[\pL\pN-]+\.)+\pL{2,}`)

// isMasked reports whether a link names another host in its text than it leads to.
func isMasked(link *ast.Link, source []byte) bool {
	var label bytes.Buffer
	_ = ast.Walk(link, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			label.Write(t.Value(source))
		}
		return ast.WalkContinue, nil
	})
	u, err := url.Parse(string(link.Destination))
	if err != nil {
		return true
	}
	for _, named := range hostName.FindAllString(strings.ToLower(label.String()), -1) {
		_, isDomain := publicsuffix.PublicSuffix(named)
		if isDomain && strings.TrimPrefix(named, "www.") != strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") {
			return true
		}
	}
	return false
}

// isInsideWord reports whether a mark of an emphasis stands between two letters or digits:
// what the filter reads as two words must not look like one. The mark "_" never does.
func isInsideWord(n *ast.Emphasis, source []byte) bool {
	first, before := n.FirstChild(), n.Level
	for ; first != nil && first.Kind() == ast.KindEmphasis; first = first.FirstChild() {
		before += first.(*ast.Emphasis).Level
	}
	last, after := n.LastChild(), n.Level
	for ; last != nil && last.Kind() == ast.KindEmphasis; last = last.LastChild() {
		after += last.(*ast.Emphasis).Level
	}
	if from, ok := first.(*ast.Text); ok && betweenLetters(source, from.Segment.Start-before, from.Segment.Start) {
		return true
	}
	to, ok := last.(*ast.Text)
	return ok && betweenLetters(source, to.Segment.Stop, to.Segment.Stop+after)
}

func betweenLetters(source []byte, from, to int) bool {
	if from < 0 || to > len(source) {
		return false
	}
	before, _ := utf8.DecodeLastRune(source[:from])
	after, _ := utf8.DecodeRune(source[to:])
	return isWordRune(before) && isWordRune(after)
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// showMarks puts the marks of an emphasis, which is to be unwrapped, around what it has.
func showMarks(n *ast.Emphasis) {
	marks := bytes.Repeat([]byte("*"), n.Level)
	n.InsertBefore(n, n.FirstChild(), ast.NewString(marks))
	n.AppendChild(n, ast.NewString(marks))
}

// unwrap puts what a node has in its place.
func unwrap(n ast.Node, source []byte) {
	parent := n.Parent()
	if link, ok := n.(*ast.AutoLink); ok {
		parent.ReplaceChild(parent, n, ast.NewString(link.Label(source)))
		return
	}
	for child := n.FirstChild(); child != nil; {
		next := child.NextSibling()
		parent.InsertBefore(parent, n, child)
		child = next
	}
	parent.RemoveChild(parent, n)
}
