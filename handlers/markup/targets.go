package markup

import (
	"regexp"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// linkParser reads every link, also such as HTML does not show: their targets stand in the
// text all the same.
var linkParser = parser.NewParser(
	parser.WithBlockParsers(util.Prioritized(parser.NewBlockquoteParser(), 800), util.Prioritized(parser.NewParagraphParser(), 1000)),
	parser.WithInlineParsers(util.Prioritized(parser.NewLinkParser(), 200), util.Prioritized(parser.NewEmphasisParser(), 500)),
	parser.WithParagraphTransformers(util.Prioritized(parser.LinkReferenceParagraphTransformer, 100)),
)

// spanMark stands in a text for what spans select. Nobody writes it.
const spanMark = '\U0010FFFD'

// LinkTargets returns where in a text the targets and titles of those links stand whose text
// the spans touch, as spans of characters too. Spans that are not within the text are ignored.
func LinkTargets(body string, spans [][2]int) (targets [][2]int) {
	characters := []rune(body)
	for _, s := range spans {
		for i := max(s[0], 0); i < min(s[1], len(characters)); i++ {
			if characters[i] != '\n' && characters[i] != '\r' { // which lines there are stays
				characters[i] = spanMark
			}
		}
	}
	marked := string(characters)
	if countMarks(marked) > maxMarks {
		return nil // nor does HTML show links in it
	}
	source := []byte(normalizeLines(marked))
	_ = ast.Walk(linkParser.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Link:
				targets = append(targets, targetsOf(marked, source, n, n.Destination)...)
			case *ast.Image:
				targets = append(targets, targetsOf(marked, source, n, n.Destination)...)
			}
		}
		return ast.WalkContinue, nil
	})
	return targets
}

// targetsOf finds the destination of a link, which stands in the source as it was written,
// behind "](" or in a definition, with the title that follows it.
func targetsOf(marked string, source []byte, link ast.Node, destination []byte) (targets [][2]int) {
	if len(destination) == 0 || !hasSpanMark(link, source) {
		return nil
	}
	place := regexp.MustCompile(`\](?:\(|:)[\s>]*<?(` + regexp.QuoteMeta(string(destination)) +
		`>?(?:[\s>]+(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?)`)
	for _, at := range place.FindAllStringSubmatchIndex(marked, -1) {
		start := utf8.RuneCountInString(marked[:at[2]])
		targets = append(targets, [2]int{start, start + utf8.RuneCountInString(marked[at[2]:at[3]])})
	}
	return targets
}

func hasSpanMark(link ast.Node, source []byte) (found bool) {
	_ = ast.Walk(link, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			for _, r := range string(t.Value(source)) {
				found = found || r == spanMark
			}
		}
		return ast.WalkContinue, nil
	})
	return found
}
