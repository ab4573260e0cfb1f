package features

import (
	"math/bits"

	"winnow/classifier/text/normalize"
)

// emitShapes emits the properties of the whole comment.
func (sc *Scanner) emitShapes() {
	n := &sc.counters
	length := runeCount(sc.Body.Bytes)
	sc.emitShape("length", bits.Len(uint(length)))
	sc.emitShape("words", bits.Len(uint(n.words)))
	sc.emitShape("lines", bits.Len(uint(n.lines)))
	sc.emitShape("links", min(sc.promotingLinks(), 4))
	sc.emitShape("emails", min(n.emails, 2))
	sc.emitShape("phones", min(n.phones, 2))
	sc.emitShape("amounts", min(n.money, 3))
	sc.emitShape("mentions", min(n.mentions, 3))
	sc.emitShape("hashtags", min(n.hashtags, 4))
	sc.emitShape("emoji", bits.Len(uint(n.emoji)))
	sc.emitShape("exclamations", min(n.exclamations, 4))
	sc.emitShape("questions", min(n.questions, 3))
	sc.emitShape("capitals", shareBucket(sc.Body.Capitals, n.letters))
	sc.emitShape("digits", shareBucket(n.digits, length))
	sc.emitShape("signs", shareBucket(n.signs, length))
	if sc.promotingLinks() > 0 {
		sc.emitShape("linkshare", shareBucket(n.linkBytes, len(sc.Body.Bytes)))
	}
	if n.words > 7 {
		sc.emitShape("wordlength", (n.letters+n.digits)/n.words)
		sc.emitShape("repetition", shareBucket(n.words-n.distinct, n.words))
	}
	sc.emitScripts()
	sc.emitObfuscations()
	sc.emitIntents()
}

func (sc *Scanner) emitShape(name string, n int) { sc.emit(Shape, name, bucket(n), -1, -1) }

// shareBucket returns one of seven steps for a part of a whole; the steps are
// narrow for small parts.
func shareBucket(part, whole int) int {
	if part == 0 || whole == 0 {
		return 0
	}
	p := part * 100 / whole
	for i, step := range [...]int{3, 8, 15, 30, 60} {
		if p < step {
			return i + 1
		}
	}
	return 6
}

var scriptNames = [...]string{"latin", "alphabet", "eastasian", "other"}

// emitScripts emits the script of most letters, and whether another script has a
// fifth of them.
func (sc *Scanner) emitScripts() {
	n := &sc.counters
	most, second := 0, 0
	for i, c := range n.scripts {
		if c > n.scripts[most] {
			most = i
		}
	}
	for i, c := range n.scripts {
		if i != most {
			second = max(second, c)
		}
	}
	if n.letters == 0 {
		sc.emit(Shape, "script", "none", -1, -1)
		return
	}
	sc.emit(Shape, "script", scriptNames[most], -1, -1)
	if second*5 >= n.letters {
		sc.emit(Shape, "script", "mixed", -1, -1)
	}
}

// emitObfuscations emits the obfuscations that normalization undid, with the first
// place of each.
func (sc *Scanner) emitObfuscations() {
	e := &sc.Body.Evidence
	for i, n := range e {
		if n == 0 {
			continue
		}
		o := normalize.Obfuscation(i)
		start, end := int32(-1), int32(-1)
		for _, s := range sc.Body.Spans {
			if s.Kind == o {
				start, end = s.Start, s.End
				break
			}
		}
		sc.emit(Obfuscated, o.String(), "", start, end)
		if n > 2 {
			sc.emit(Obfuscated, o.String(), "many", start, end)
		}
	}
	sc.emitShape("tricks", min(e.Total(), 4))
}
