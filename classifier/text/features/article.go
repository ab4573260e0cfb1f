package features

// scanArticle emits how many of the longer words of the title are in the comment,
// and whether the comment links to the article's own site.
func (sc *Scanner) scanArticle(title, address string) {
	shared, longer := 0, 0
	sc.field.Normalize(title)
	sc.eachFieldWord(func(from, to int) {
		if runeCount(sc.wordBytes[from:to]) < 4 {
			return
		}
		longer++
		if sc.has(hashName(Word, sc.wordBytes[from:to])) {
			shared++
		}
	})
	if longer > 0 {
		sc.emit(Article, "shared", bucket(min(shared, 4)), -1, -1)
	}
	sc.field.Normalize(address)
	if host := hostOf(sc.field.Bytes); len(host) > 0 && sc.counters.links > 0 {
		from := len(sc.nameBytes)
		sc.nameBytes = append(append(sc.nameBytes, "host:"...), host[:min(len(host), maxWordBytes)]...)
		if sc.has(hashName(Link, sc.nameBytes[from:])) {
			sc.emit(Article, "link", "own", -1, -1)
		}
	}
}
