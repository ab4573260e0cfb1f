package storage_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

const (
	mailTask = "mail"
	mailAda  = "ada.lovelace@quillfeather.example"
)

// mailDesk is a site with a reader who has posted a comment.
type mailDesk struct {
	*fixture
	own models.Comment
}

var pace = storage.MailPace{Delay: time.Minute, Interval: 15 * time.Minute}

func newMailDesk(t *testing.T, url string) *mailDesk {
	d := &mailDesk{fixture: newFixture(t, url, models.Retention{})}
	d.own = d.post(models.Author{ID: "u1", Name: "Ada"}, models.Pending, "")
	return d
}

func (d *mailDesk) subscription(email string) models.MailSubscription {
	return models.MailSubscription{Site: "gazette", CommentID: d.own.ID, Email: email, Owner: models.MailOwner(d.own), Replies: true, Outcome: true}
}

// claim returns the message that is due after a while, or one without an id.
func (d *mailDesk) claim() models.OutgoingMessage {
	d.T.Helper()
	m, _, err := d.ClaimMessage(d.T.Context(), time.Minute)
	d.must(err)
	return m
}

// confirmed returns the subscription of the author, with its address confirmed.
func (d *mailDesk) confirmed() models.MailSubscription {
	d.T.Helper()
	ctx := d.T.Context()
	_, err := d.Subscribe(ctx, d.subscription(mailAda))
	d.must(err)
	question := d.claim()
	if question.Channel != models.ChannelConfirm {
		d.T.Fatalf("the question is %+v", question)
	}
	d.must(d.FinishMessage(ctx, question))
	d.must(d.ConfirmSubscription(ctx, "gazette", question.Subscription))
	s, err := d.Subscription(ctx, "gazette", question.Subscription)
	d.must(err)
	return s
}

// note reads the events after a cursor, as one node does.
func (d *mailDesk) note(from int64, pace storage.MailPace) int64 {
	d.T.Helper()
	ctx := d.T.Context()
	events, err := d.EventsSince(ctx, from, 1000)
	d.must(err)
	if len(events) == 0 {
		return from
	}
	to := events[len(events)-1].Seq
	d.must(d.NoteMailEvents(ctx, mailTask, from, to, events, pace))
	if err := d.NoteMailEvents(ctx, mailTask, from, to, events, pace); models.KindOf(err) != models.KindConflict {
		d.T.Errorf("another node reads the same events: %v", err)
	}
	return to
}

func TestOneNodeHoldsATask(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		db := storagetest.Open(t, url, storage.Options{})
		ctx := t.Context()
		hold := func(node string, want bool) {
			t.Helper()
			if got, err := db.HoldTask(ctx, mailTask, node, time.Minute); err != nil || got != want {
				t.Errorf("%s holds the task: %t, %v", node, got, err)
			}
		}
		hold("one", true)
		hold("two", false)
		hold("one", true)
		if err := db.ReleaseTask(ctx, mailTask, "two"); err != nil {
			t.Fatal(err)
		}
		hold("two", false)
		if err := db.ReleaseTask(ctx, mailTask, "one"); err != nil {
			t.Fatal(err)
		}
		hold("two", true)
		if err := db.SetTaskCursor(ctx, mailTask, 0, 7); err != nil {
			t.Fatal(err)
		}
		if err := db.SetTaskCursor(ctx, mailTask, 0, 9); models.KindOf(err) != models.KindConflict {
			t.Errorf("a cursor that another node has moved: %v", err)
		}
		if at, err := db.TaskCursor(ctx, mailTask); err != nil || at != 7 {
			t.Errorf("the cursor is %d, %v", at, err)
		}
	})
}

func TestAnAddressIsAskedOnce(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		d := newMailDesk(t, url)
		ctx := t.Context()
		subscribe := func(s models.MailSubscription, want bool, kind models.Kind) {
			t.Helper()
			if confirmed, err := d.Subscribe(ctx, s); confirmed != want || models.KindOf(err) != kind {
				t.Errorf("%s for %s: %t, %v", s.Email, s.Owner, confirmed, err)
			}
		}
		other := d.post(models.Author{ID: "u1", Name: "Ada"}, models.Approved, "")
		second := d.subscription(mailAda)
		second.CommentID = other.ID
		subscribe(d.subscription(mailAda), false, "")
		subscribe(d.subscription(mailAda), false, "")
		subscribe(second, false, "")
		question := d.claim()
		if again := d.claim(); question.Channel != models.ChannelConfirm || again.ID != "" {
			t.Fatalf("asked %+v and %+v", question, again)
		}
		d.must(d.FinishMessage(ctx, question))

		// Others cannot fill the inbox, and one person cannot ask many.
		for n, want := range []models.Kind{"", "", models.KindLimited} {
			s := d.subscription(strings.ToUpper(mailAda))
			s.Owner, s.CommentID = "browser "+string(rune('a'+n)), "c"+string(rune('a'+n))
			subscribe(s, false, want)
		}
		for n, want := range []models.Kind{"", "", models.KindLimited} {
			subscribe(d.subscription("bob"+string(rune('0'+n))+"@news.example"), false, want)
		}
		// Who confirms an address confirms it for their own comments alone.
		d.must(d.ConfirmSubscription(ctx, "gazette", question.Subscription))
		third := second
		third.CommentID = d.post(models.Author{ID: "u1", Name: "Ada"}, models.Approved, "").ID
		subscribe(third, true, "")
		stranger := d.subscription(mailAda)
		stranger.Owner, stranger.CommentID = "browser z", "cz"
		subscribe(stranger, false, "")

		d.must(d.Unsubscribe(ctx, "gazette", question.Subscription, true))
		if err := d.Unsubscribe(ctx, "gazette", question.Subscription, true); models.KindOf(err) != models.KindNotFound {
			t.Errorf("a second time: %v", err)
		}
		if left := d.columnsWith("quillfeather"); len(left) > 0 {
			t.Errorf("the address is still in %v", left)
		}
	})
}

func TestSubscribersAreToldOnce(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		d := newMailDesk(t, url)
		ctx := t.Context()
		cursor, err := d.NewestEvent(ctx)
		d.must(err)
		d.must(d.SetTaskCursor(ctx, mailTask, 0, cursor))
		s := d.confirmed()
		now := storage.MailPace{}
		tell := func(outcome bool, replies ...string) {
			t.Helper()
			m := d.claim()
			if m.Channel != models.ChannelUpdate {
				t.Fatalf("claimed %+v", m)
			}
			if again := d.claim(); again.ID != "" {
				t.Errorf("claimed twice: %+v", again)
			}
			u, err := d.MailUpdate(ctx, "gazette", m.Subscription)
			d.must(err)
			var got []string
			for _, c := range u.Replies {
				got = append(got, c.ID)
			}
			if (u.Outcome != nil) != outcome || strings.Join(got, " ") != strings.Join(replies, " ") || u.Comment.ID != d.own.ID {
				t.Errorf("told of %v and %v, want %t and %v", u.Outcome, got, outcome, replies)
			}
			d.must(d.FinishMailUpdate(ctx, m, u, now))
		}
		quiet := func(why string) {
			t.Helper()
			cursor = d.note(cursor, now)
			if m := d.claim(); m.ID != "" {
				t.Errorf("%s: %+v", why, m)
			}
		}
		quiet("nothing has happened")
		decision := d.decide(d.own.ID, models.Approve)
		one := d.post(models.Author{Name: "Bob"}, models.Approved, d.own.ID)
		d.post(models.Author{ID: "u1", Name: "Ada"}, models.Approved, d.own.ID)
		waits := d.post(models.Author{Name: "Cyd"}, models.Pending, d.own.ID)
		d.post(models.Author{Name: "Cyd"}, models.Approved, one.ID)
		cursor = d.note(cursor, now)
		tell(true, one.ID)
		quiet("it was told")
		d.decide(waits.ID, models.Approve)
		_, _, err = d.Undo(ctx, d.ann, decision.ID)
		d.must(err)
		d.decide(d.own.ID, models.Reject)
		cursor = d.note(cursor, now)
		tell(false) // nobody sees a reply to what is taken down
		d.decide(d.own.ID, models.Approve)

		// What is taken down before it is told is told when it is back.
		three := d.post(models.Author{Name: "Dan"}, models.Approved, d.own.ID)
		cursor = d.note(cursor, now)
		d.decide(three.ID, models.Reject)
		tell(false)
		quiet("it is not published")
		d.decide(three.ID, models.Approve)
		cursor = d.note(cursor, pace)
		if m := d.claim(); m.ID != "" {
			t.Errorf("before its time: %+v", m)
		}
		_, err = d.Withdraw(ctx, d.ann, d.own.ID)
		d.must(err)
		if _, err := d.Subscription(ctx, "gazette", s.ID); models.KindOf(err) != models.KindNotFound {
			t.Errorf("a withdrawn comment: %v", err)
		}
		if left := d.columnsWith("quillfeather"); len(left) > 0 {
			t.Errorf("the address is still in %v", left)
		}
	})
}

func TestAMessageIsClaimedByOneNode(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		db := storagetest.Open(t, url, storage.Options{})
		other := storagetest.Open(t, url, storage.Options{})
		ctx := t.Context()
		const messages = 40
		var queued []models.OutgoingMessage
		for n := range messages {
			queued = append(queued, models.OutgoingMessage{Site: "gazette", ID: "m" + string(rune('A'+n)), Channel: models.ChannelWebhook, Text: "Hello"})
		}
		if err := db.EnqueueMessages(ctx, append(queued, queued...)); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		seen := map[string]int{}
		var nodes sync.WaitGroup
		for _, node := range []*storage.DB{db, other, db, other} {
			nodes.Go(func() {
				for misses := 0; misses < 3; {
					m, found, err := node.ClaimMessage(ctx, time.Hour)
					if err != nil {
						t.Error(err)
						return
					}
					if !found {
						misses++
						continue
					}
					mu.Lock()
					seen[m.ID]++
					mu.Unlock()
				}
			})
		}
		nodes.Wait()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was claimed %d times", id, n)
			}
		}
		if len(seen) != messages {
			t.Errorf("%d of %d messages were claimed", len(seen), messages)
		}
		m := queued[0]
		m.Attempts = 1
		if err := db.RetryMessage(ctx, m, -time.Second, "the webhook answers with status 500"); err != nil {
			t.Fatal(err)
		}
		again, found, err := other.ClaimMessage(ctx, time.Hour)
		if err != nil || !found || again.ID != m.ID || again.Attempts != 2 {
			t.Fatalf("tried again: %+v, %t, %v", again, found, err)
		}
		if err := db.FinishMessage(ctx, m); err != nil { // whose lease is over
			t.Fatal(err)
		}
		if n, _, err := db.Outgoing(ctx); err != nil || n != messages {
			t.Errorf("%d messages wait, %v", n, err)
		}
		if err := db.FinishMessage(ctx, again); err != nil {
			t.Fatal(err)
		}
		if n, _, err := db.Outgoing(ctx); err != nil || n != messages-1 {
			t.Errorf("%d messages wait, %v", n, err)
		}
	})
}

func TestMessagesToAWebhookArriveInTheirOrder(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		clock := storagetest.NewClock()
		db := storagetest.Open(t, url, storage.Options{Now: clock.Now})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		want := []string{"z begins", "m goes on", "a ends"} // unlike the order of the ids
		for _, id := range want {
			must(db.EnqueueMessages(t.Context(), []models.OutgoingMessage{{Site: "gazette", ID: id, Channel: models.ChannelWebhook, Text: "Hello"}}))
			clock.Advance(time.Second)
		}
		first, _, err := db.ClaimMessage(t.Context(), time.Hour)
		must(err)
		must(db.RetryMessage(t.Context(), first, time.Minute, "the webhook answers with status 500"))
		clock.Advance(time.Minute)
		var got []string
		for {
			m, found, err := db.ClaimMessage(t.Context(), time.Hour)
			must(err)
			if !found {
				break
			}
			got = append(got, m.ID)
			must(db.FinishMessage(t.Context(), m))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q arrive, not %q", got, want)
		}
	})
}

func TestMailIsExportedErasedAndForgotten(t *testing.T) {
	for by, r := range map[string]models.Reader{"id": {ID: "u1"}, "e-mail": {Email: strings.ToUpper(mailAda)}} {
		t.Run(by, func(t *testing.T) {
			onBothReady(t, func(t *testing.T, url string) {
				d := newMailDesk(t, url)
				ctx := t.Context()
				d.confirmed()
				r.Site = "gazette"
				state, _, _, err := d.ExportReader(ctx, d.ann, r)
				d.must(err)
				if len(state.Mail) != 1 || state.Mail[0].Email != mailAda || state.Mail[0].ConfirmedAt.IsZero() {
					t.Errorf("the export has %+v", state.Mail)
				}
				_, err = d.EraseReader(ctx, d.ann, r)
				d.must(err)
				if left := d.columnsWith("quillfeather"); len(left) > 0 {
					t.Errorf("the address is still in %v", left)
				}
			})
		})
	}
	t.Run("in time", func(t *testing.T) {
		onBothReady(t, func(t *testing.T, url string) {
			clock := storagetest.NewClock()
			db := storagetest.Open(t, url, storage.Options{Now: clock.Now})
			ctx := t.Context()
			subscribe := func(owner string) string {
				t.Helper()
				_, err := db.Subscribe(ctx, models.MailSubscription{Site: "gazette", CommentID: "c " + owner, Email: mailAda, Owner: owner, Replies: true})
				m, found, missed := db.ClaimMessage(ctx, time.Hour)
				if err != nil || missed != nil || !found {
					t.Fatal(err, missed, found)
				}
				return m.Subscription
			}
			confirmed, unconfirmed := subscribe("browser a"), subscribe("browser b")
			if err := db.ConfirmSubscription(ctx, "gazette", confirmed); err != nil {
				t.Fatal(err)
			}
			kept := func(id string, want bool) {
				t.Helper()
				if _, err := db.Purge(ctx); err != nil {
					t.Fatal(err)
				}
				if _, err := db.Subscription(ctx, "gazette", id); (err == nil) != want {
					t.Errorf("kept: %v, want %t", err, want)
				}
			}
			kept(unconfirmed, true)
			clock.Advance(49 * time.Hour)
			if err := db.ConfirmSubscription(ctx, "gazette", unconfirmed); models.KindOf(err) != models.KindNotFound {
				t.Errorf("confirmed too late: %v", err)
			}
			kept(unconfirmed, false)
			kept(confirmed, true)
			clock.Advance(60 * 24 * time.Hour)
			kept(confirmed, false)
			if n, _, err := db.Outgoing(ctx); err != nil || n != 0 {
				t.Errorf("%d messages wait, %v", n, err)
			}
		})
	})
}
