package whatif_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"winnow/classifier"
	"winnow/classifier/rules"
	"winnow/handlers/whatif"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// BenchmarkWhatIf screens the last 100,000 comments of a site on SQLite, of 45 words on
// average, with rules and author records.
func BenchmarkWhatIf(b *testing.B) {
	db := storagetest.SQLite(b)
	const comments = whatif.MaxComments
	fill(b, db, comments)
	now := setting(b, db, models.Rules{
		SuspectWords: models.SuspectWords{Words: []string{"casino", "idiot*"}}, Authors: models.AuthorRules{TrustAfter: 5},
	})
	hold := 0.5
	for name, change := range map[string]func(*whatif.Setting){
		"thresholds": func(s *whatif.Setting) { s.Site.Thresholds.Hold = &hold },
		"rules": func(s *whatif.Setting) {
			s.Rules = compile(b, models.Rules{BlockedWords: models.BlockedWords{Words: []string{"harbour"}}})
		},
		"mode":  func(s *whatif.Setting) { s.Site.Mode = models.ModePre },
		"model": func(s *whatif.Setting) { s.Model = trained(b) },
	} {
		then := now
		change(&then)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r, err := whatif.New(db).Run(b.Context(), whatif.Request{Now: now, Then: then, Comments: comments, Changes: 100})
				if err != nil || r.Comments != comments {
					b.Fatal(r.Comments, err)
				}
			}
			b.ReportMetric(float64(comments)*float64(b.N)/b.Elapsed().Seconds(), "comments/s")
		})
	}
}

func compile(t testing.TB, r models.Rules) *rules.Set {
	t.Helper()
	set, err := rules.Compile(r)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func setting(t testing.TB, db *storage.DB, r models.Rules) whatif.Setting {
	t.Helper()
	site, err := db.Site(t.Context(), "gazette")
	if err != nil {
		t.Fatal(err)
	}
	starter, err := classifier.Starter()
	if err != nil {
		t.Fatal(err)
	}
	return whatif.Setting{Site: site, Rules: compile(t, r), Model: starter}
}

// trained returns a small model that is not the starter.
func trained(t testing.TB) *classifier.Model {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 3))
	rows := func(yield func(models.Label, error) bool) {
		for i := range 400 {
			l := models.Label{Text: text(random), Label: models.Ham}
			if i%2 == 0 {
				l.Text, l.Label = l.Text+" cheap watches at http://offer.example", models.Spam
			}
			if !yield(l, nil) {
				return
			}
		}
	}
	m, _, err := classifier.Train(t.Context(), rows, classifier.TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fill adds a site and posts comments, of which some are near-copies.
func fill(t testing.TB, db *storage.DB, n int) {
	t.Helper()
	operator := models.Caller{Kind: models.ByCommand, Name: "test"}
	if _, err := db.AddSite(t.Context(), operator, models.Site{
		Slug: "gazette", Name: "Gazette", Mode: models.ModePost, Burst: models.Burst{Count: 30, Minutes: 5, HoldMinutes: 60},
	}); err != nil {
		t.Fatal(err)
	}
	g, ctx := errgroup.WithContext(t.Context())
	const writers = 64
	for w := range writers {
		g.Go(func() error {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for range n/writers + min(1, max(0, n%writers-w)) {
				c := models.Comment{
					Site: "gazette", Article: models.Article{ID: fmt.Sprintf("a%d", random.IntN(500)), Title: "The harbour reopens"},
					Author: models.Author{Name: fmt.Sprintf("Reader %d", random.IntN(9000))}, Body: text(random), Status: models.Approved,
				}
				if random.IntN(2) == 0 {
					c.Author.ID = fmt.Sprintf("u%d", random.IntN(5000))
				}
				if random.IntN(20) == 0 {
					c.Body = fmt.Sprintf("I was jobless, then Mrs Miller taught me to trade and now I earn %d dollars a week from home", random.IntN(9000))
				}
				_, _, _, err := db.CreateComment(ctx, storage.NewComment{Comment: c, Verdict: models.Verdict{Action: models.Approve}})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

var vocabulary = strings.Fields(`the council bridge harbour library says never always because money water street children school people
	mayor Tuesday promised closed repaired wrong right budget tickets crowded nobody reader article writes about without again after
	winter trains late early cheaper than before although expected neighbours garden cinema music loud quiet honest answer question`)

func text(random *rand.Rand) string {
	var b strings.Builder
	for range 5 + random.IntN(80) {
		b.WriteString(vocabulary[random.IntN(len(vocabulary))])
		if random.IntN(3) == 0 { // words that are in no vocabulary
			fmt.Fprintf(&b, " %x", random.IntN(1<<20))
		}
		b.WriteByte(" \n.,"[random.IntN(4)])
		b.WriteByte(' ')
	}
	return b.String()
}
