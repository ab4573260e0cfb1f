package features

import (
	"os"
	"strings"
	"testing"
)

const english = "I have been reading this newspaper for thirty years and never thought that I would see the day when the council, " +
	"of all people, votes for a new bridge over the river at the cost of our children and their schools!"

const russian = "Я читаю эту газету тридцать лет и никогда не думал, что увижу день, когда совет проголосует за новый мост через реку за счёт наших детей и школ"

func BenchmarkScan(b *testing.B) {
	for name, in := range map[string]string{"english": english, "russian": russian} {
		b.Run(name, func(b *testing.B) {
			var sc Scanner
			n := len(sc.Scan(Doc{Text: in})) // allocates the buffers
			b.ReportAllocs()
			for b.Loop() {
				n = len(sc.Scan(Doc{Text: in, Author: "Jane Doe", ArticleTitle: "Council votes for bridge"}))
			}
			b.ReportMetric(float64(n), "tokens")
		})
	}
	// Comments as readers write them: one text again and again would flatter,
	// because the processor learns its branches.
	list, err := os.ReadFile("../testdata/comments.txt")
	if err != nil {
		b.Fatal(err)
	}
	comments := strings.Split(strings.TrimSpace(string(list)), "\n")
	b.Run("comments", func(b *testing.B) {
		var sc Scanner
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sc.Scan(Doc{Text: comments[i%len(comments)], Author: "Jane Doe", ArticleTitle: "Council votes for bridge"})
		}
	})
}

// BenchmarkFloods shows what a megabyte of the same takes: none may be much
// slower than the others.
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
