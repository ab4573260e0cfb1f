package normalize

import (
	"strings"
	"testing"
)

const english = "I have been reading this newspaper for thirty years and never thought that I would see the day when the council, " +
	"of all people, votes for a new bridge over the river at the cost of our children and their schools!"

const russian = "Я читаю эту газету тридцать лет и никогда не думал, что увижу день, когда совет проголосует за новый мост через реку за счёт наших детей и школ"

func BenchmarkNormalize(b *testing.B) {
	for name, in := range map[string]string{
		"english": english, "russian": russian, "obfuscated": "v1agra саsinо 𝗖𝗮𝘀𝗶𝗻𝗼 v i a g r a ca\u200bsino loooove hxxp://a[.]com c@sh",
	} {
		b.Run(name, func(b *testing.B) {
			var text Text
			b.ReportAllocs()
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				text.Normalize(in)
			}
		})
	}
	comments := readComments(b)
	b.Run("comments", func(b *testing.B) {
		var text Text
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			text.Normalize(comments[i%len(comments)])
		}
	})
}

// BenchmarkFloods shows what a megabyte of the same takes: none may be much
// slower than the others.
func BenchmarkFloods(b *testing.B) {
	for _, what := range floods {
		in := strings.Repeat(what, 1<<20/len(what))
		b.Run(what, func(b *testing.B) {
			var text Text
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				text.Normalize(in)
			}
		})
	}
}
