package storage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// wrongClocks are how much the clocks of nodes differ from the right time.
var wrongClocks = []time.Duration{-300 * time.Second, 300 * time.Second, -10 * time.Second, 10 * time.Second}

// skewedNodes are nodes on one database, with two people and a site.
type skewedNodes struct {
	*testing.T
	nodes    []*storage.DB
	ann, bob models.Caller
	comments int
}

func openSkewed(t *testing.T, url string, options func(wrong time.Duration) storage.Options) *skewedNodes {
	t.Helper()
	s := &skewedNodes{
		T:   t,
		ann: models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin},
		bob: models.Caller{Kind: models.ByModerator, Name: "bob", Role: models.RoleModerator},
	}
	for _, wrong := range wrongClocks {
		s.nodes = append(s.nodes, storagetest.Open(t, url, options(wrong)))
	}
	_, err := s.nodes[0].AddSite(t.Context(), s.ann, models.Site{Slug: "gazette"})
	s.must(err)
	return s
}

func (s *skewedNodes) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// post stores a pending comment.
func (s *skewedNodes) post(on *storage.DB) models.Comment {
	s.Helper()
	s.comments++
	c, _, _, err := on.CreateComment(s.Context(), storage.NewComment{Comment: models.Comment{
		Site: "gazette", Article: models.Article{ID: "a"}, Author: models.Author{Name: "Reader"}, Body: fmt.Sprint("thought ", s.comments), Status: models.Pending,
	}})
	s.must(err)
	return c
}

func (s *skewedNodes) decide(on *storage.DB, id string, action models.Action) models.Decision {
	s.Helper()
	d, _, err := on.Decide(s.Context(), s.ann, id, models.DecisionRequest{Action: action})
	s.must(err)
	return d
}

// each calls a test with each pair of different nodes.
func (s *skewedNodes) each(test func(here, there *storage.DB)) {
	for _, here := range s.nodes {
		for _, there := range s.nodes {
			if here != there {
				test(here, there)
			}
		}
	}
}

// What follows on what is known under a lock, and not by a clock, even when the database's
// time is told wrongly.
func (s *skewedNodes) ordered() {
	model := 0
	s.each(func(here, there *storage.DB) {
		c := s.post(here)
		first := s.decide(here, c.ID, models.Approve)
		second := s.decide(there, c.ID, models.Reject)
		if _, _, err := here.Undo(s.Context(), s.ann, first.ID); models.KindOf(err) != models.KindConflict {
			s.Errorf("a decision was undone below a later one: %v", err)
		}
		for _, d := range []models.Decision{second, first} {
			_, _, err := here.Undo(s.Context(), s.ann, d.ID)
			s.must(err)
		}
		last := s.decide(here, c.ID, models.Approve)
		_, err := there.EditComment(s.Context(), s.ann, c.ID, storage.CommentEdit{Body: fmt.Sprint("second ", c.Body), Status: models.Approved})
		s.must(err)
		if _, _, err := here.Undo(s.Context(), s.ann, last.ID); models.KindOf(err) != models.KindConflict {
			s.Errorf("a decision was undone after an edit: %v", err)
		}
		again := s.decide(here, c.ID, models.Approve)
		_, _, err = there.Undo(s.Context(), s.ann, again.ID)
		s.must(err)

		for _, on := range []*storage.DB{here, there} {
			model++
			version := fmt.Sprint("m", model)
			s.must(on.AddModel(s.Context(), s.ann, models.ModelInfo{Version: version}, []byte(version)))
			_, err := on.PromoteModel(s.Context(), s.ann, version)
			s.must(err)
			live, err := here.LiveModel(s.Context())
			s.must(err)
			if live.Version != version {
				s.Errorf("the model %s is live after the promotion of %s", live.Version, version)
			}
		}
	})
}

func TestTheOrderOfChangesDoesNotDependOnClocks(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		openSkewed(t, url, func(wrong time.Duration) storage.Options {
			return storage.Options{Now: func() time.Time { return time.Now().Add(wrong) }}
		}).ordered()
	})
}

// Nodes of one PostgreSQL have its clock, however wrong their own is.
func TestNodesWithWrongClocksAgree(t *testing.T) {
	url := storagetest.ReadyPostgresURL(t)
	s := openSkewed(t, url, func(wrong time.Duration) storage.Options {
		return storage.Options{Machine: func() time.Time { return time.Now().Add(wrong) }}
	})
	for _, node := range s.nodes {
		if wrong := time.Since(node.Now()).Abs(); wrong > 5*time.Second {
			t.Errorf("the time of a node is wrong by %s", wrong)
		}
	}
	s.ordered()
	ctx := t.Context()
	s.each(func(here, there *storage.DB) {
		c := s.post(here)
		filter := models.QueueFilter{Query: c.Body}
		claimed, err := here.Claim(ctx, s.ann, filter, time.Minute)
		s.must(err)
		if len(claimed) != 1 || claimed[0].Claim.SecondsLeft < 50 || claimed[0].Claim.SecondsLeft > 60 {
			t.Fatalf("ann claimed %+v", claimed)
		}
		stolen, err := there.Claim(ctx, s.bob, filter, time.Minute)
		s.must(err)
		if len(stolen) > 0 {
			t.Error("bob was given what ann has claimed")
		}
		if _, _, err := there.Decide(ctx, s.bob, c.ID, models.DecisionRequest{Action: models.Approve}); models.KindOf(err) != models.KindConflict || !strings.Contains(err.Error(), "ann") {
			t.Errorf("bob decided what ann has claimed: %v", err)
		}
		renewed, _, err := there.Renew(ctx, s.ann, []string{c.ID}, time.Minute)
		s.must(err)
		if len(renewed) != 1 || renewed[0].SecondsLeft < 50 || !renewed[0].LeaseUntil.After(claimed[0].Claim.LeaseUntil) {
			t.Errorf("renewed %+v", renewed)
		}
		s.must(here.Skip(ctx, s.ann, []string{c.ID}))
		given, err := there.Claim(ctx, s.ann, filter, time.Minute)
		s.must(err)
		if len(given) > 0 {
			t.Error("ann was given what she has skipped")
		}
		s.decide(there, c.ID, models.Reject)

		n := storage.NewComment{Comment: c, IdempotencyKey: "key " + c.ID}
		n.Comment.ID = ""
		first, _, _, err := here.CreateComment(ctx, n)
		s.must(err)
		second, _, replayed, err := there.CreateComment(ctx, n)
		s.must(err)
		if !replayed || second.ID != first.ID {
			t.Errorf("posted again as %s, at first as %s", second.ID, first.ID)
		}
		later := s.post(there)
		id, err := uuid.Parse(later.ID)
		s.must(err)
		seconds, _ := id.Time().UnixTime()
		for _, at := range []time.Time{later.CreatedAt, time.Unix(seconds, 0)} {
			if apart := at.Sub(first.CreatedAt).Abs(); apart > 5*time.Second {
				t.Errorf("two comments are %s apart", apart)
			}
		}
	})
}
