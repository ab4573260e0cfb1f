package storagetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

var (
	mallory = models.Reader{Site: "gazette", ID: "m1"}
	byName  = models.Reader{Site: "gazette", Name: "Mallory"}
	named   = models.Identity{Name: "mallory"}
)

func (l *fixture) impose(t testing.TB, r models.Reader, s *models.Sanction) {
	t.Helper()
	ok(t, l.SetAuthorState(l.ctx, ann, r, func(v *models.AuthorState) error { v.Sanction = s; return nil }))
}

var authorTests = map[string]func(*testing.T, *fixture){
	"an author has a record and comments": func(t *testing.T, l *fixture) {
		author := by(models.Author{ID: "m1", Name: "Mallory"})
		first := l.post(t, author)
		l.post(t, author, approved)
		l.post(t, by(models.Author{Name: "Mallory"}))
		l.post(t, author, onSite("tribune"))
		last := l.post(t, approved, by(models.Author{ID: "m1", Name: "Mallory M."}))
		p := must(l.Author(l.ctx, bob, mallory, "", 2))(t)
		equal(t, "record", p.Record, models.AuthorRecord{Approved: 2, Pending: 1})
		equal(t, "trust", p.Trust, 0.75)
		equal(t, "name", p.Name, "Mallory M.")
		equal(t, "covers", p.Covers, "id")
		equal(t, "first", *p.FirstAt, first.CreatedAt)
		equal(t, "last", *p.LastAt, last.CreatedAt)
		equal(t, "page", len(p.Comments), 2)
		equal(t, "newest", p.Comments[0], must(l.Comment(l.ctx, last.ID))(t))
		p = must(l.Author(l.ctx, bob, mallory, p.Next, 2))(t)
		equal(t, "rest", len(p.Comments), 1)
		equal(t, "oldest", p.Comments[0].ID, first.ID)
		equal(t, "no more", p.Next, "")
		equal(t, "months with comments", len(p.Months), 1)
		equal(t, "this month", p.Months[0], models.AuthorMonth{Month: l.clock.Now().UTC().Format("2006-01"), Approved: 2, Pending: 1})
		l.clock.Advance(40 * 24 * time.Hour)
		l.post(t, author)
		months := must(l.Author(l.ctx, bob, mallory, "", 0))(t).Months
		equal(t, "months", len(months), 2)
		equal(t, "the last one", months[1], models.AuthorMonth{Month: l.clock.Now().UTC().Format("2006-01"), Pending: 1})
		p = must(l.Author(l.ctx, bob, byName, "", 0))(t)
		equal(t, "by name", len(p.Comments), 1)
		equal(t, "covers", p.Covers, "name")

		_, err := l.Author(l.ctx, bob, models.Reader{Site: "gazette", ID: "never"}, "", 0)
		wantKind(t, err, models.KindNotFound)
		_, err = l.Author(l.ctx, eve, mallory, "", 0)
		wantKind(t, err, models.KindNotFound)
		_, err = l.Author(l.ctx, bob, models.Reader{Site: "gazette"}, "", 0)
		wantKind(t, err, models.KindInvalid)
		_, err = l.Author(l.ctx, bob, mallory, "odd", 0)
		wantKind(t, err, models.KindInvalid)
	},
	"an author without an id has one record under all spellings": func(t *testing.T, l *fixture) {
		name := func(name string) func(*storage.NewComment) { return by(models.Author{Name: name}) }
		first := l.post(t, name("Troll"))
		l.decide(t, ann, first.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		l.post(t, name("troll"), approved)
		last := l.post(t, name("\u0422roll")) // with a Cyrillic letter
		l.post(t, by(models.Author{ID: "t1", Name: "Troll"}), approved)
		l.post(t, name("Trollope"), approved)
		want := models.AuthorRecord{Approved: 1, Rejected: 1, Pending: 1}
		for _, spelling := range []string{"Troll", "TROLL", "\u0422roll"} {
			p := must(l.Author(l.ctx, ann, models.Reader{Site: "gazette", Name: spelling}, "", 2))(t)
			equal(t, spelling, p.Record, want)
			equal(t, "comments", p.Comments[0].ID+" "+fmt.Sprint(len(p.Comments)), last.ID+" 2")
			equal(t, "first", *p.FirstAt, first.CreatedAt)
			p = must(l.Author(l.ctx, ann, models.Reader{Site: "gazette", Name: spelling}, p.Next, 2))(t)
			equal(t, "next page", p.Comments[0].ID, first.ID)
			equal(t, "approved", must(l.ApprovedCount(l.ctx, "gazette", "name:"+spelling))(t), 1)
		}
		equal(t, "with an id", must(l.Author(l.ctx, ann, models.Reader{Site: "gazette", ID: "t1"}, "", 2))(t).Record, models.AuthorRecord{Approved: 1})
		page := must(l.Queue(l.ctx, ann, models.QueueFilter{Author: "troll"}))(t)
		equal(t, "in the queue", len(page.Items), 1)
		equal(t, "beside the comment", page.Items[0].Context.Author.AuthorRecord, want)
		ok(t, l.SetAuthorState(l.ctx, ann, models.Reader{Site: "gazette", Name: "TROLL"}, func(v *models.AuthorState) error { v.Note = "insults"; return nil }))
		equal(t, "note", must(l.Author(l.ctx, ann, models.Reader{Site: "gazette", Name: "troll"}, "", 1))(t).Note, "insults")
		e := must(l.EraseReader(l.ctx, ann, models.Reader{Site: "gazette", Name: "Troll"}))(t)
		equal(t, "only who was asked for is erased", e.Comments, 1)
	},
	"a sanction is set, shown, expires and is lifted": func(t *testing.T, l *fixture) {
		author := by(models.Author{ID: "m1", Name: "Mallory"})
		c := l.post(t, author)
		until := l.clock.Now().Add(time.Hour)
		l.impose(t, mallory, &models.Sanction{Kind: models.Shadow, Reason: "floods", Until: until})
		p := must(l.Author(l.ctx, bob, mallory, "", 0))(t)
		equal(t, "kind", p.Sanction.Kind, models.Shadow)
		equal(t, "by", p.Sanction.By, "ann")
		if !p.Sanction.Until.Equal(until) || p.Sanction.At.IsZero() || p.Subject == "" {
			t.Fatalf("%+v of %+v", p.Sanction, p)
		}
		seen := must(l.Queue(l.ctx, bob, models.QueueFilter{}))(t).Items[0].Context.Author
		equal(t, "in the queue", *seen.Sanction, *p.Sanction)
		equal(t, "trust in the queue", seen.Trust, 0.5)
		equal(t, "beside the comment", must(l.Detail(l.ctx, bob, c.ID))(t).Context.Author.Sanction.Kind, models.Shadow)
		all := must(l.Sanctions(l.ctx, "gazette", 1))(t)
		equal(t, "in force", *all.On(models.Identity{ID: "m1"}), *p.Sanction)
		if x := must(l.Sanctions(l.ctx, "tribune", 1))(t).On(models.Identity{ID: "m1"}); x != nil {
			t.Fatalf("elsewhere: %+v", x)
		}
		l.impose(t, byName, &models.Sanction{Kind: models.Ban})
		if all = must(l.Sanctions(l.ctx, "gazette", 1))(t); all != nil {
			t.Fatalf("more than requested: %v", all)
		}
		equal(t, "one by one", must(l.Sanction(l.ctx, "gazette", named))(t).Kind, models.Ban)

		l.clock.Advance(time.Hour)
		if all = must(l.Sanctions(l.ctx, "gazette", 5))(t); all.On(models.Identity{ID: "m1"}) != nil || all.On(named) == nil {
			t.Fatal("a ban that has ended holds, or the other one does not")
		}
		if p = must(l.Author(l.ctx, bob, mallory, "", 0))(t); p.Sanction != nil {
			t.Fatalf("it holds still: %+v", p.Sanction)
		}
		if x := must(l.Detail(l.ctx, bob, c.ID))(t).Context.Author.Sanction; x != nil {
			t.Fatalf("it holds still beside the comment: %+v", x)
		}
		l.impose(t, byName, nil)
		if x := must(l.Sanctions(l.ctx, "gazette", 5))(t).On(named); x != nil {
			t.Fatalf("lifted, and it holds: %+v", x)
		}
		if x := must(l.Sanction(l.ctx, "gazette", named))(t); x != nil {
			t.Fatalf("%+v", x)
		}
	},
	"an author's note and sanction are validated, and audited without their texts": func(t *testing.T, l *fixture) {
		set := func(v models.AuthorState) error {
			return l.SetAuthorState(l.ctx, ann, mallory, func(to *models.AuthorState) error { *to = v; return nil })
		}
		wantKind(t, set(models.AuthorState{Note: strings.Repeat("ä", 2001)}), models.KindInvalid)
		wantKind(t, set(models.AuthorState{Sanction: &models.Sanction{Kind: "kick"}}), models.KindInvalid)
		wantKind(t, set(models.AuthorState{Sanction: &models.Sanction{Kind: models.Ban, Until: l.clock.Now()}}), models.KindInvalid)
		no := errors.New("no")
		if err := l.SetAuthorState(l.ctx, ann, mallory, func(*models.AuthorState) error { return no }); !errors.Is(err, no) {
			t.Fatal(err)
		}
		_, err := l.Author(l.ctx, ann, mallory, "", 0)
		wantKind(t, err, models.KindNotFound) // no change was stored
		wantKind(t, l.SetAuthorState(l.ctx, eve, mallory, func(*models.AuthorState) error { return nil }), models.KindNotFound)
		ok(t, set(models.AuthorState{Note: "wrote to us", Sanction: &models.Sanction{Kind: models.Ban, Reason: "insults"}}))
		ok(t, set(models.AuthorState{Note: "wrote again", Sanction: must(l.Sanction(l.ctx, "gazette", models.Identity{ID: "m1"}))(t)}))
		ok(t, set(models.AuthorState{Note: "wrote again"}))
		ok(t, set(models.AuthorState{}))
		p := []string{}
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "author.*"})
		ok(t, err)
		for _, row := range rows {
			p = append(p, row.Action)
			if text := fmt.Sprintf("%s %s %s", row.Subject, row.Before, row.After); strings.Contains(text, "wrote") || strings.Contains(text, "insults") || strings.Contains(text, "m1\"") {
				t.Errorf("the trail has %s", text)
			}
		}
		equal(t, "trail", strings.Join(p, " "), "author.note author.lift author.ban author.ban")
		equal(t, "before", string(rows[1].Before), `{"sanction":{"kind":"ban"},"note":true}`)
		events := must(l.EventsSince(l.ctx, 0, 10))(t)
		equal(t, "events", len(events), 4)
		equal(t, "subject", events[0].Subject, "") // it would name a reader
		_, err = l.Author(l.ctx, ann, mallory, "", 0)
		wantKind(t, err, models.KindNotFound)
	},
	"an erased author keeps a ban without its reason": func(t *testing.T, l *fixture) {
		l.post(t, by(models.Author{ID: "m1", Name: "Mallory"}))
		ok(t, l.SetAuthorState(l.ctx, ann, mallory, func(v *models.AuthorState) error {
			*v = models.AuthorState{Note: "secret", Sanction: &models.Sanction{Kind: models.Ban, Reason: "secret", Until: l.clock.Now().Add(time.Hour)}}
			return nil
		}))
		exported, _, _, err := l.ExportReader(l.ctx, ann, mallory)
		ok(t, err)
		equal(t, "exported note", exported.Note, "secret")
		equal(t, "exported sanction", exported.Kind, models.Ban)
		must(l.EraseReader(l.ctx, ann, mallory))(t)
		x := must(l.Sanction(l.ctx, "gazette", models.Identity{ID: "m1"}))(t)
		equal(t, "kind", x.Kind, models.Ban)
		equal(t, "reason", x.Reason, "")
		equal(t, "note", must(l.Author(l.ctx, ann, mallory, "", 0))(t).Note, "")
		l.clock.Advance(2 * time.Hour)
		must(l.EraseReader(l.ctx, ann, mallory))(t)
		_, err = l.Author(l.ctx, ann, mallory, "", 0)
		wantKind(t, err, models.KindNotFound)
	},
}
