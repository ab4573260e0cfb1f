package whatif

import (
	"cmp"
	"context"
	"slices"
	"time"

	"winnow/models"
	"winnow/storage"
)

// act is what a moderator did with a comment of the window.
type act struct {
	at       time.Time
	kind     actKind
	comment  string // id
	action   models.Action
	decision string // id, of a decision that is undone later and of its undo
}

type actKind int

const (
	decided actKind = iota
	lookedAt
	undid
)

// loadActs returns what moderators did since the first comment of a window, in the
// order of time.
func loadActs(ctx context.Context, db *storage.DB, w storage.Window) ([]act, error) {
	var all []act
	for d, err := range db.WindowDecisions(ctx, w) {
		if err != nil {
			return nil, err
		}
		a := act{at: d.CreatedAt, kind: decided, comment: d.CommentID, action: d.Action}
		if d.UndoneAt != nil {
			a.decision = d.ID
			all = append(all, act{at: *d.UndoneAt, kind: undid, comment: d.CommentID, action: d.Action, decision: d.ID})
		}
		all = append(all, a)
	}
	for l, err := range db.WindowLooks(ctx, w) {
		if err != nil {
			return nil, err
		}
		all = append(all, act{at: l.At, kind: lookedAt, comment: l.CommentID, action: l.Action})
	}
	slices.SortStableFunc(all, func(a, b act) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.kind, b.kind)) })
	return all, nil
}
