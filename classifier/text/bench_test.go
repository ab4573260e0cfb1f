package text

import (
	"os"
	"strings"
	"testing"
)

const forty = "I have been reading this newspaper for thirty years and never thought that I would see the day when the council, " +
	"of all people, votes for a new bridge over the river at the cost of our children and their schools!"

const russian = "Я читаю эту газету тридцать лет и никогда не думал, что увижу день, когда совет проголосует за новый мост через реку за счёт наших детей и школ"

func BenchmarkFold(b *testing.B) {
	for name, in := range map[string]string{
		"english": forty, "russian": russian, "disguised": "v1agra саsinо 𝗖𝗮𝘀𝗶𝗻𝗼 v i a g r a ca\u200bsino loooove hxxp://a[.]com c@sh",
	} {
		b.Run(name, func(b *testing.B) {
			var f Text
			b.ReportAllocs()
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				f.Normalize(in)
			}
		})
	}
}

func BenchmarkScan(b *testing.B) {
	for name, in := range map[string]string{"english": forty, "russian": russian} {
		b.Run(name, func(b *testing.B) {
			var sc Scanner
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				n = len(sc.Scan(Doc{Text: in, Author: "Jane Doe", ArticleTitle: "Council votes for bridge"}))
			}
			b.ReportMetric(float64(n), "tokens")
		})
	}
}

// readComments returns comments as readers write them. One text again and again
// would flatter: the processor learns its branches by heart.
func readComments(b testing.TB) []string {
	list, err := os.ReadFile("testdata/comments.txt")
	if err != nil {
		b.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(list)), "\n")
}

func BenchmarkComments(b *testing.B) {
	comments := readComments(b)
	b.Run("fold", func(b *testing.B) {
		var f Text
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			f.Normalize(comments[i%len(comments)])
		}
	})
	b.Run("scan", func(b *testing.B) {
		var sc Scanner
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sc.Scan(Doc{Text: comments[i%len(comments)], Author: "Jane Doe", ArticleTitle: "Council votes for bridge"})
		}
	})
}

// BenchmarkFloods shows what a megabyte of one thing costs: none may stand
// out.
func BenchmarkFloods(b *testing.B) {
	for _, what := range floods {
		in := strings.Repeat(what, 1<<20/len(what))
		b.Run(what, func(b *testing.B) {
			var sc Scanner
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				sc.Scan(Doc{Text: in})
			}
		})
	}
}
