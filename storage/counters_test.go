package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// randomUse posts, decides, undoes and flags at random.
type randomUse struct {
	*storage.DB
	mu                  sync.Mutex
	comments, decisions []string
}

func (u *randomUse) pick(from *[]string) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(*from) == 0 {
		return "none"
	}
	return (*from)[rand.IntN(len(*from))]
}

func (u *randomUse) note(to *[]string, id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	*to = append(*to, id)
}

func (u *randomUse) post(ctx context.Context) error {
	statuses := []models.Status{models.Approved, models.Approved, models.Pending, models.Rejected}
	risk := float64(rand.IntN(41)) / 40
	c, _, _, err := u.CreateComment(ctx, storage.NewComment{
		Comment: models.Comment{
			Site: []string{"gazette", "gazette", "tribune", "none"}[rand.IntN(4)], Article: models.Article{ID: fmt.Sprint(rand.IntN(5))},
			Author: models.Author{Name: fmt.Sprint("reader ", rand.IntN(7))}, Body: "b", Status: statuses[rand.IntN(4)],
		},
		Verdict:        models.Verdict{Spam: &risk},
		IdempotencyKey: fmt.Sprint(rand.IntN(100)),
	})
	if err == nil {
		u.note(&u.comments, c.ID)
	}
	return err
}

func (u *randomUse) step(ctx context.Context, by models.Caller, n int) error {
	request := models.DecisionRequest{Action: []models.Action{models.Approve, models.Reject}[rand.IntN(2)]}
	switch rand.IntN(10) {
	default:
		return u.post(ctx)
	case 6, 7:
		d, _, err := u.Decide(ctx, by, u.pick(&u.comments), request)
		u.note(&u.decisions, d.ID)
		return err
	case 8:
		batch, _, _, err := u.DecideBatch(ctx, by, []string{u.pick(&u.comments), u.pick(&u.comments), u.pick(&u.comments)}, request)
		u.note(&u.decisions, batch)
		return err
	case 9:
		if n%2 == 0 {
			_, err := u.Flag(ctx, models.Caller{Kind: models.ByCommand}, u.pick(&u.comments), storage.Report{Who: fmt.Sprint(rand.IntN(4))})
			return err
		}
		_, _, err := u.Undo(ctx, by, u.pick(&u.decisions))
		return err
	}
}

// Several people use one database at random. Conflicts between them are allowed;
// the counters must be right in the end.
func TestCountersEqualTheRows(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		db := storagetest.Open(t, url, storage.Options{})
		for _, slug := range []string{"gazette", "tribune"} {
			if _, err := db.AddSite(t.Context(), models.Caller{Kind: models.ByCommand}, models.Site{Slug: slug}); err != nil {
				t.Fatal(err)
			}
		}
		use := &randomUse{DB: db}
		var people sync.WaitGroup
		for p := range 12 {
			people.Go(func() {
				by := models.Caller{Kind: models.ByModerator, Name: fmt.Sprint("moderator ", p%3)}
				for n := range 60 {
					if err := use.step(t.Context(), by, n); models.KindOf(err) == models.KindInternal {
						t.Error(err)
					}
				}
			})
		}
		people.Wait()
		storagetest.Counters(t, url)
	})
}
