package features

import "winnow/classifier/text/charclass"

// emitEmail emits an e-mail address, whose domain stands from host to stop.
func (sc *Scanner) emitEmail(t []byte, start, host, stop int) {
	if sc.counters.others++; sc.counters.others > maxOthers {
		return
	}
	sc.counters.emails++
	sc.emit(Reference, "email", "", int32(start), int32(stop))
	sc.emitHost(Reference, trimDots(t[host:stop]), int32(host), int32(stop))
}

// startsReference has the bytes with which something for scanReferences may begin.
var startsReference = func() (t [256]bool) {
	for _, c := range "@#[0123456789" {
		t[c] = true
	}
	return t
}()

// scanReferences emits the mentions, hashtags, numbers and amounts of a chunk.
func (sc *Scanner) scanReferences(t []byte, i, end int) {
	for at := i; at < end && sc.counters.others < maxOthers; at++ {
		c := t[at]
		switch {
		case (c == '@' || c == '#') && (at == i || !charclass.ASCII(t[at-1]&0x7F).IsAlnum()) && at+1 < end && isHostByte(t[at+1]) && t[at+1] != c:
			stop := at + 1
			for stop < end && isHostByte(t[stop]) && t[stop] != '@' {
				stop++
			}
			sc.counters.others++
			what := "mention"
			if c == '#' {
				what = "hashtag"
				sc.counters.hashtags++
			} else {
				sc.counters.mentions++
			}
			sc.emitBytes(Reference, what, t[at+1:stop], int32(at), int32(stop))
			at = stop - 1
		case c >= '0' && c <= '9' && (at == i || t[at-1] < '0' || t[at-1] > '9'):
			sc.counters.others++
			at = sc.scanNumber(t, i, at, end) - 1
		case c == '[' && at+4 < end && string(t[at:at+4]) == "[url":
			sc.emit(Link, "bbcode", "", int32(at), int32(end))
		}
	}
}
