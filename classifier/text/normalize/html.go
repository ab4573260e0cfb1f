package normalize

import (
	"strings"

	"winnow/classifier/text/charclass"
)

type tagKind uint8

const (
	notTag tagKind = iota
	inlineTag
	blockTag
	raisedTag // sub and sup: they separate nothing and hide nothing
)

// tagKindOf covers the HTML elements that occur in comments; anything else in
// angle brackets is text.
func tagKindOf(name string) tagKind {
	var low [10]byte
	for i := 0; i < len(name) && i < len(low); i++ {
		low[i] = name[i] | 0x20
	}
	switch string(low[:min(len(name), len(low))]) {
	case "a", "b", "i", "u", "s", "em", "font", "span", "strong", "small", "big", "tt", "code", "del", "ins",
		"mark", "abbr", "cite", "q", "strike", "wbr", "kbd", "bdo", "bdi", "center":
		return inlineTag
	case "sub", "sup":
		return raisedTag
	case "br", "p", "div", "img", "hr", "ul", "ol", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "td",
		"tbody", "th", "iframe", "script", "style", "form", "input", "button", "video", "audio", "body", "html", "head",
		"title", "meta", "link", "object", "embed", "blockquote", "section":
		return blockTag
	}
	return notTag
}

// decodeTag decodes an HTML tag or comment at the start of s and returns its
// length, 0 when there is none. The target of a link is emitted.
func (t *Text) decodeTag(s string, at int) int {
	if strings.HasPrefix(s, "<!--") && !t.noCommentEnd {
		end := strings.Index(s, "-->")
		if end < 0 {
			t.noCommentEnd = true
			return 0
		}
		t.skipInvisible('<', at)
		return end + len("-->")
	}
	name := 1
	if len(s) > 1 && s[1] == '/' {
		name = 2
	}
	i := name
	for i < len(s) && i < name+10 && charclass.ASCII(s[i]).IsAlnum() {
		i++
	}
	kind := tagKindOf(s[name:i])
	if kind == notTag {
		return 0
	}
	// The search ends at the next "<", so that the work stays linear.
	end := strings.IndexAny(s[i:min(len(s), i+2048)], "<>")
	if end < 0 || s[i+end] != '>' || end > 0 && s[i] != ' ' && s[i] != '/' && s[i] != '\n' && s[i] != '\t' {
		return 0
	}
	switch kind {
	case blockTag:
		t.emit('\n', at, 0)
	case inlineTag:
		t.skipInvisible('<', at)
	}
	if name == 1 {
		t.decodeHref(s[i:i+end], at+i)
	}
	return i + end + 1
}

// decodeHref emits the address of the href attribute.
func (t *Text) decodeHref(attributes string, at int) {
	i := strings.Index(attributes, "href=")
	if i < 0 {
		return
	}
	i += len("href=")
	value := strings.TrimLeft(attributes[i:], `"'`)
	i = len(attributes) - len(value)
	if end := strings.IndexAny(value, "\"' \n\t"); end >= 0 {
		value = value[:end]
	}
	t.emit(' ', at+i, 0)
	t.decode(value, at+i)
	t.emit(' ', at+i+len(value), 0)
}
