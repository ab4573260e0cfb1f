package text

import "testing"

const forty = "I have been reading this newspaper for thirty years and never thought that I would see the day when the council, of all people, votes for a new bridge over the river at the cost of our children and their schools!"

func BenchmarkFold(b *testing.B) {
	var f Folded
	b.ReportAllocs()
	for b.Loop() {
		f.Fold(forty)
	}
}
func BenchmarkScan(b *testing.B) {
	var sc Scanner
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = len(sc.Scan(Doc{Text: forty, Author: "Jane Doe", ArticleTitle: "Council votes for bridge"}))
	}
	b.ReportMetric(float64(n), "tokens")
}
