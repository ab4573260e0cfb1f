package normalize

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// readComments returns comments as readers write them. A benchmark that repeats
// one text would flatter, because the processor learns its branches.
func readComments(t testing.TB) []string {
	list, err := os.ReadFile("../testdata/comments.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(list)), "\n")
}

// checkInvariants checks what must be true of any text.
func checkInvariants(t *testing.T, f *Text, source string) {
	t.Helper()
	if !utf8.Valid(f.Bytes) {
		t.Fatalf("%q is normalized to invalid %q", source, f.Bytes)
	}
	if len(f.Bytes) > 16+20*len(source) {
		t.Fatalf("%d bytes are normalized to %d", len(source), len(f.Bytes))
	}
	if len(f.origin) != len(f.Bytes)+1 || !slices.IsSorted(f.origin) || int(f.origin[len(f.Bytes)]) != len(source) {
		t.Fatalf("%q has origins %v", source, f.origin)
	}
	runes := utf8.RuneCountInString(source)
	for _, s := range f.Spans {
		if s.Start < 0 || s.Start >= s.End || int(s.End) > len(f.Bytes) {
			t.Fatalf("%q has span %v", source, s)
		}
		if start, end := f.Origin(int(s.Start), int(s.End)); start < 0 || start >= end || end > runes {
			t.Fatalf("span %v of %q came from %d to %d", s, source, start, end)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add("v1agra саsinо 𝗖𝗮𝘀𝗶𝗻𝗼 v i a g r a ca\u200bsino f*ck loooove hxxp://a[.]b (dot) com")
	f.Add("<a href=\"x\">y</a> &amp;lt;&#x41; \xff\xfe e\u0301\u0301\u0301 \u1112\u1161\u11ab 🇩🇪🇩 ﷺ ㎏")
	f.Fuzz(func(t *testing.T, s string) {
		var text Text
		text.Normalize(s)
		checkInvariants(t, &text, s)
		// The texts before make no difference.
		first := string(text.Bytes)
		text.Normalize("another text")
		text.Normalize(s)
		if again := string(text.Bytes); again != first {
			t.Fatalf("%q is normalized to %q, then to %q", s, first, again)
		}
	})
}

// FuzzFastPath checks that normalizeFast and normalizeFully give the same.
func FuzzFastPath(f *testing.F) {
	f.Add("dot com. net (at) a.b hxxp :// x x x x !!!! ... lll $5 k!ll “so” 8.5 3rd\n \t")
	for _, s := range readComments(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fast, full := Text{source: s}, Text{source: s}
		if !fast.normalizeFast(s) {
			return
		}
		full.normalizeFully(s)
		if string(fast.Bytes) != string(full.Bytes) || !slices.Equal(fast.origin, full.origin) || fast.Capitals != full.Capitals {
			t.Errorf("%q: %q at %v, %d capitals; %q at %v, %d capitals wanted",
				s, fast.Bytes, fast.origin, fast.Capitals, full.Bytes, full.origin, full.Capitals)
		}
		if len(full.Links)+len(full.Spans) > 0 {
			t.Errorf("%q: links %v and obfuscations %v", s, full.Links, full.Spans)
		}
		for i := range fast.Bytes {
			from, to := fast.Origin(i, i+1)
			if a, b := full.Origin(i, i+1); from != a || to != b {
				t.Errorf("%q: byte %d comes from %d to %d, %d to %d wanted", s, i, from, to, a, b)
			}
		}
	})
}
