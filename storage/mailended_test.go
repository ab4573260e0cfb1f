package storage_test

import (
	"testing"

	"winnow/models"
	"winnow/storage/storagetest"
)

// TestMailThatWasEndedIsNotAskedForAgain: after "no more mail" strangers cannot have the
// address asked again for a year, but whoever had confirmed it can.
func TestMailThatWasEndedIsNotAskedForAgain(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		d := newMailDesk(t, url)
		ctx := t.Context()
		d.own.Author.ID, d.own.Client.Browser = "", "b1" // a reader without an account
		s := d.confirmed()
		d.must(d.Unsubscribe(ctx, "gazette", s.ID, true))
		stranger := d.subscription("Ada.Lovelace@QuillFeather.example")
		stranger.Owner = "browser b2"
		if st, err := d.MailStanding(ctx, stranger); err != nil || !st.Ended || st.Known {
			t.Errorf("a stranger: %+v, %v", st, err)
		}
		for range 2 {
			if confirmed, err := d.Subscribe(ctx, stranger); err != nil || confirmed {
				t.Error(confirmed, err)
			}
		}
		if m := d.claim(); m.ID != "" {
			t.Errorf("a stranger has the address asked: %+v", m)
		}
		raw := storagetest.Raw(t, url)
		var kept int
		d.must(raw.QueryRowContext(ctx, `SELECT count(*) FROM mail_subscriptions WHERE email <> '' OR folded LIKE '%quill%' OR owner LIKE '%b1'`).Scan(&kept))
		if kept > 0 {
			t.Errorf("%d rows have the address or who had it", kept)
		}
		own := d.subscription(mailAda)
		if st, err := d.MailStanding(ctx, own); err != nil || st.Ended || !st.Known || st.Confirmed {
			t.Errorf("whoever had confirmed it: %+v, %v", st, err)
		}
		if confirmed, err := d.Subscribe(ctx, own); err != nil || confirmed {
			t.Error(confirmed, err)
		}
		if m := d.claim(); m.Channel != models.ChannelConfirm {
			t.Errorf("whoever had confirmed it is not asked: %+v", m)
		}

		// What strangers ask for does not count against a reader of whom the site knows.
		other := d.subscription("bob@news.example")
		for _, owner := range []string{"browser c1", "browser c2", "browser c3"} {
			other.Owner, other.CommentID = owner, owner
			_, err := d.Subscribe(ctx, other)
			d.must(err)
		}
		if other.Owner, other.CommentID = "browser c4", "c4"; models.KindOf(second(d.Subscribe(ctx, other))) != models.KindLimited {
			t.Error("a fourth stranger has the address asked")
		}
		if other.Owner, other.CommentID = "id u9", "c5"; second(d.Subscribe(ctx, other)) != nil {
			t.Error("strangers have used up the questions of the address")
		}
	})
}

func second[A, B any](_ A, b B) B { return b }
