package storage_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// Several people post, decide, undo and flag at random. Conflicts between them
// are allowed; the counters must be right in the end.
func TestCountersEqualTheRows(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := storagetest.Open(t, url, storage.Options{})
		for _, slug := range []string{"gazette", "tribune"} {
			if _, err := db.AddSite(t.Context(), models.Caller{Kind: models.ByCommand}, models.Site{Slug: slug}); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var comments, decisions []string
		pick := func(from *[]string) string {
			mu.Lock()
			defer mu.Unlock()
			if len(*from) == 0 {
				return "none"
			}
			return (*from)[rand.IntN(len(*from))]
		}
		note := func(to *[]string, id string) {
			mu.Lock()
			defer mu.Unlock()
			*to = append(*to, id)
		}
		statuses := []models.Status{models.Approved, models.Approved, models.Pending, models.Rejected}
		step := func(by models.Caller, n int) error {
			request := models.DecisionRequest{Action: []models.Action{models.Approve, models.Reject}[rand.IntN(2)]}
			switch rand.IntN(10) {
			default:
				risk := float64(rand.IntN(41)) / 40
				c, _, _, err := db.CreateComment(t.Context(), storage.NewComment{
					Comment: models.Comment{
						Site: []string{"gazette", "gazette", "tribune", "none"}[rand.IntN(4)], Article: models.Article{ID: fmt.Sprint(rand.IntN(5))},
						Author: models.Author{Name: fmt.Sprint("reader ", rand.IntN(7))}, Body: "b", Status: statuses[rand.IntN(4)],
					},
					Verdict:        models.Verdict{Spam: &risk},
					IdempotencyKey: fmt.Sprint(rand.IntN(100)),
				})
				if err == nil {
					note(&comments, c.ID)
				}
				return err
			case 6, 7:
				d, _, err := db.Decide(t.Context(), by, pick(&comments), request)
				note(&decisions, d.ID)
				return err
			case 8:
				batch, _, _, err := db.DecideAll(t.Context(), by, []string{pick(&comments), pick(&comments), pick(&comments)}, request)
				note(&decisions, batch)
				return err
			case 9:
				if n%2 == 0 {
					_, err := db.Flag(t.Context(), models.Caller{Kind: models.ByCommand}, pick(&comments), fmt.Sprint(rand.IntN(4)), "")
					return err
				}
				_, _, err := db.Undo(t.Context(), by, pick(&decisions))
				return err
			}
		}
		var people sync.WaitGroup
		for p := range 12 {
			people.Go(func() {
				by := models.Caller{Kind: models.ByModerator, Name: fmt.Sprint("moderator ", p%3)}
				for n := range 60 {
					if err := step(by, n); models.KindOf(err) == models.KindInternal {
						t.Error(err)
					}
				}
			})
		}
		people.Wait()
		storagetest.Counters(t, url)
	})
}
