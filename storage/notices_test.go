package storage_test

import (
	"context"
	"sync"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestNoticesAreToldByOneNode(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		d := newFixture(t, url, models.Retention{})
		d.post(models.Author{Name: "Ada"}, models.Pending, "")
		reported := d.post(models.Author{Name: "Bob"}, models.Approved, "")
		for _, who := range []string{"author u1", "author u2", "author u3"} {
			_, err := d.Flag(t.Context(), d.ann, reported.ID, storage.Report{Who: who, Reason: models.ReasonSpam})
			d.must(err)
		}
		tell := func(f models.NoticeFigures) (map[models.NoticeKind]models.NoticeState, []models.OutgoingMessage) {
			if f.Pending != 2 || f.OldestReport.IsZero() {
				t.Errorf("figures %+v", f)
			}
			if f.States[models.NoticeQueue].Active {
				return nil, nil
			}
			return map[models.NoticeKind]models.NoticeState{models.NoticeQueue: {Active: true, Told: true, ToldAt: f.At}},
				[]models.OutgoingMessage{{Site: "gazette", ID: "queue " + f.At.String(), Channel: models.ChannelWebhook}}
		}
		other := storagetest.Open(t, url, storage.Options{})
		var nodes sync.WaitGroup
		for _, node := range []*storage.DB{d.DB, other, d.DB, other} {
			nodes.Go(func() {
				if err := node.UpdateNotices(context.Background(), "gazette", tell); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		if n, _, err := d.Outgoing(t.Context()); err != nil || n != 1 {
			t.Errorf("%d messages, %v", n, err)
		}
	})
}
