package labelfile

import (
	"bufio"
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"winnow/models"
)

// window is how many bytes are looked at to tell the encoding.
const window = 64 << 10

const howToName = "name the encoding with --encoding, such as windows-1252, windows-1251 or macintosh, or save the file as UTF-8"

// decoder turns the lines of a file into UTF-8. While only ASCII was seen, the
// encoding is open.
type decoder struct {
	name    string // as it is shown; "" while it is open
	guessed bool   // Windows-1252, because the bytes are not UTF-8
	strict  bool   // converted to UTF-8 before: U+FFFD stands for what could not be converted
}

// openDecoder looks at the first bytes of a file and returns the reader of its
// lines. UTF-16 and named encodings are converted here, as their line ends may be
// no single bytes. A byte order mark counts more than a name, because one name is
// given for all files of a command; so does UTF-8 in JSON Lines, which have no
// other encoding by their standard.
func openDecoder(br *bufio.Reader, name string, jsonLines bool) (*bufio.Reader, *decoder, error) {
	head, _ := br.Peek(window) // an error comes again when it is read
	if bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")) || bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")) {
		return nil, nil, badRow("the file is UTF-32, which is not read; save it as UTF-8")
	}
	if discardBOM(br, head) {
		return br, &decoder{name: "UTF-8"}, nil
	}
	enc, found := sniffUnicode(head)
	if name != "" && !bytes.HasPrefix(head, []byte("\xff\xfe")) && !bytes.HasPrefix(head, []byte("\xfe\xff")) {
		named, err := htmlindex.Get(name)
		if err != nil {
			return nil, nil, Options{Encoding: name}.Validate()
		}
		shown, _ := htmlindex.Name(named) // known, as it was found by a name
		characters, isUTF8 := countUTF8(head)
		switch {
		case shown == "utf-8":
			return br, &decoder{name: "UTF-8"}, nil
		case jsonLines && isUTF8 && bytes.IndexByte(head, 0) < 0:
			return br, &decoder{}, nil
		case isUTF8 && characters > 2: // fewer can be chance
			return nil, nil, badRow("the file is UTF-8, not %s; leave --encoding out", shown)
		}
		enc, found = named, shown
	}
	if enc != nil {
		return bufio.NewReaderSize(transform.NewReader(br, enc.NewDecoder()), window), &decoder{name: found, strict: true}, nil
	}
	return br, &decoder{}, nil
}

// countUTF8 counts the characters of more than one byte, and reports whether the
// sample is valid.
func countUTF8(sample []byte) (characters int, valid bool) {
	sample = trimCut(sample)
	for _, b := range sample {
		if b >= 0xc0 {
			characters++
		}
	}
	return characters, utf8.Valid(sample)
}

func discardBOM(br *bufio.Reader, head []byte) bool {
	if !bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		return false
	}
	_, _ = br.Discard(3) // cannot fail: the bytes are buffered
	return true
}

// sniffUnicode recognizes UTF-16 by its byte order mark, or by the zero bytes of
// its ASCII characters: no other encoding has any.
func sniffUnicode(head []byte) (encoding.Encoding, string) {
	little, big := xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM), xunicode.UTF16(xunicode.BigEndian, xunicode.UseBOM)
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return little, "UTF-16LE"
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return big, "UTF-16BE"
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	// The header is ASCII, so that of the first bytes nearly half are zero.
	half := len(head) / 2
	switch {
	case half < 4:
	case zeros[1] > half/4 && zeros[0]*20 < zeros[1]:
		return little, "UTF-16LE"
	case zeros[0] > half/4 && zeros[1]*20 < zeros[0]:
		return big, "UTF-16BE"
	}
	return nil, ""
}

// decode returns a line as UTF-8. ahead returns what follows it, to decide on the
// encoding at the first line that is not ASCII.
func (d *decoder) decode(line []byte, ahead func() []byte) (string, error) {
	if ascii(line) {
		return string(line), nil
	}
	if d.strict {
		if bytes.ContainsRune(line, utf8.RuneError) {
			return "", badRow("the line has bytes that are no characters in %s, or U+FFFD, which stands for such; if the file is in another encoding, name it with --encoding", d.name)
		}
		return string(line), nil
	}
	if d.name == "" {
		if err := d.decide(slices.Concat(line, []byte{'\n'}, ahead()), line); err != nil {
			return "", err
		}
	}
	valid := utf8.Valid(line)
	switch {
	case !d.guessed && valid:
		return string(line), nil
	case !d.guessed:
		return "", badRow("the line is not UTF-8, unlike the others: was it cut, or pasted from another file? If the whole file is in another encoding, %s", howToName)
	case valid:
		return "", badRow("the line is UTF-8, but lines before it are Windows-1252: save the whole file in one encoding, or name it with --encoding")
	}
	if odd, likely := plausible1252(line); odd > likely {
		return "", badRow("the line is neither UTF-8 nor likely to be Windows-1252, as lines before it are; %s", howToName)
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(line)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", badRow("the line has bytes that are no characters in Windows-1252; %s", howToName)
	}
	return string(out), nil
}

// errEncoding ends a file, because each of its lines might be read wrongly.
var errEncoding = models.Errorf(models.KindInvalid, "the line is not UTF-8, and it cannot be told what else it is; %s", howToName)

// decide tells UTF-8 from Windows-1252 by a sample that begins with the first
// line that is not ASCII: most of its lines are valid in the file's encoding.
func (d *decoder) decide(sample, line []byte) error {
	valid, broken, odd, likely := 0, 0, 0, 0
	for l := range bytes.SplitSeq(trimCut(sample), []byte{'\n'}) {
		switch {
		case ascii(l):
		case utf8.Valid(l):
			valid++
		default:
			broken++
			o, k := plausible1252(l)
			odd, likely = odd+o, likely+k
		}
	}
	if valid >= broken {
		d.name = "UTF-8"
		return nil
	}
	if oddHere, likelyHere := plausible1252(line); likely == 0 || odd*10 > likely || oddHere > likelyHere && !utf8.Valid(line) {
		return errEncoding
	}
	d.name, d.guessed = "Windows-1252", true
	return nil
}

// trimCut takes off a UTF-8 character that the end of the sample cuts.
func trimCut(sample []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(sample); n++ {
		if tail := sample[len(sample)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return sample[:len(sample)-n]
			}
			break
		}
	}
	return sample
}

// plausible1252 counts the letters and signs above ASCII that are likely in
// Windows-1252, and those that are odd, as the bytes of another encoding look when
// read so: a symbol or a capital within a word (Mac OS, DOS), words of nothing
// else (Windows-1251), and letters of Czech and Turkish (Windows-1250 and 1254).
// What is as likely in either counts for nothing.
func plausible1252(sample []byte) (odd, likely int) {
	run := 0 // letters above ASCII in a row
	before := ' '
	for i, b := range sample {
		r := charmap.Windows1252.DecodeByte(b)
		if b < utf8.RuneSelf {
			run, before = 0, r
			continue
		}
		after := ' '
		if i+1 < len(sample) {
			after = charmap.Windows1252.DecodeByte(sample[i+1])
		}
		if run++; !unicode.IsLetter(r) {
			run = 0
		}
		switch {
		case r == utf8.RuneError || run > 3 || isOdd(before, r, after):
			odd++
		case !strings.ContainsRune("ŠšŽžŸ", r):
			likely++
		}
		before = r
	}
	return odd, likely
}

func isOdd(before, r, after rune) bool {
	switch {
	case !unicode.IsLetter(r):
		return unicode.IsLetter(before) && unicode.IsLetter(after) && !strings.ContainsRune("’‘´–—·•…\u00ad\u00a0", r)
	case unicode.IsUpper(r) && unicode.IsLower(before), strings.ContainsRune("ÞþÐðÝý", r):
		return true
	}
	return strings.ContainsRune("ìù", r) && unicode.IsLetter(after) // at the end of words only, but for ě and ů
}

func ascii(line []byte) bool {
	for _, b := range line {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
