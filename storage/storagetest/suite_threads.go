package storagetest

import (
	"slices"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage"
)

// below makes a comment a reply.
func below(parent models.Comment) func(*storage.NewComment) {
	return func(n *storage.NewComment) { n.Comment.ParentID = parent.ID }
}

// fromHousehold makes a comment one of a name and a household.
func fromHousehold(name, hash string) func(*storage.NewComment) {
	return func(n *storage.NewComment) {
		n.Comment.Author, n.Comment.Client = models.Author{Name: name}, models.Client{Hash: hash}
	}
}

// public checks which of some comments the public list and the counts have.
func (l *fixture) public(t testing.TB, want ...models.Comment) {
	t.Helper()
	var got, ids []string
	page := must(l.ArticleComments(l.ctx, "gazette", "a1", false, 200, ""))(t)
	for _, c := range page.Comments {
		got = append(got, c.ID)
	}
	for _, c := range want {
		ids = append(ids, c.ID)
	}
	slices.Sort(got)
	slices.Sort(ids)
	equal(t, "public comments", strings.Join(got, " "), strings.Join(ids, " "))
	equal(t, "total", page.Total, len(want))
	equal(t, "count", must(l.ArticleCounts(l.ctx, "gazette", []string{"a1"}))(t)["a1"], len(want))
	for _, c := range want {
		equal(t, "hidden", must(l.Comment(l.ctx, c.ID))(t).Hidden, false)
	}
	Counters(t, l.url)
}

func (l *fixture) moderate(t testing.TB, c models.Comment, action models.Action) models.Decision {
	t.Helper()
	req := models.DecisionRequest{Action: action}
	if action == models.Reject {
		req.Reason = models.ReasonAbuse
	}
	d, _, err := l.Decide(l.ctx, ann, c.ID, req)
	ok(t, err)
	return d
}

var threadTests = map[string]func(*testing.T, *fixture){
	"a reply answers a public comment, or one of the same reader": func(t *testing.T, l *fixture) {
		public, waiting := l.post(t, approved, fromHousehold("Ada", "h1")), l.post(t, fromHousehold("Ada", "h1"))
		rejected := l.post(t, fromHousehold("Ada", "h1"))
		l.moderate(t, rejected, models.Reject)
		vouched := l.post(t, by(models.Author{ID: "7", Name: "Ada"}))
		l.post(t, approved, below(public), fromHousehold("Eve", "h2"))
		l.post(t, below(waiting), fromHousehold("Ada", "h1"))
		l.post(t, below(vouched), by(models.Author{ID: "7", Name: "Ada, at work"}))
		hidden := l.post(t, approved, below(waiting), fromHousehold("Ada", "h1"))
		for _, n := range []storage.NewComment{
			l.new(below(waiting), fromHousehold("Eve", "h1")), l.new(below(waiting), fromHousehold("Ada", "h2")),
			l.new(below(waiting), fromHousehold("Ada", "")), l.new(below(rejected), fromHousehold("Eve", "h1")),
			l.new(below(vouched), by(models.Author{Name: "Ada"})), l.new(below(vouched), by(models.Author{ID: "8", Name: "Ada"})),
			l.new(below(hidden), fromHousehold("Eve", "h3")),
		} {
			_, _, _, err := l.CreateComment(l.ctx, n)
			wantKind(t, err, models.KindInvalid)
		}
		equal(t, "hidden", must(l.Comment(l.ctx, hidden.ID))(t).Hidden, true)
		Counters(t, l.url)
	},
	"replies go with the comment that is taken down, and come back with it": func(t *testing.T, l *fixture) {
		top, other := l.post(t, approved), l.post(t, approved)
		first := l.post(t, approved, below(top))
		second := l.post(t, approved, below(first))
		waiting := l.post(t, below(first))
		third := l.post(t, approved, below(second))
		l.public(t, top, other, first, second, third)
		before := must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t)

		gone := l.moderate(t, top, models.Reject)
		l.public(t, other)
		equal(t, "hidden", must(l.Comment(l.ctx, third.ID))(t).Hidden, true)
		if must(l.ArticleVersion(l.ctx, "gazette", "a1"))(t) == before {
			t.Error("caches do not learn of it")
		}
		l.moderate(t, second, models.Reject)
		l.moderate(t, waiting, models.Approve)
		l.public(t, other)
		_, _, err := l.Undo(l.ctx, ann, gone.ID)
		ok(t, err)
		l.public(t, top, other, first, waiting)
		l.moderate(t, second, models.Approve)
		l.public(t, top, other, first, waiting, second, third)
	},
	"a browser answers its own comment that waits, under any name": func(t *testing.T, l *fixture) {
		from := func(name, browser string) func(*storage.NewComment) {
			return func(n *storage.NewComment) {
				n.Comment.Author, n.Comment.Client = models.Author{Name: name}, models.Client{Browser: browser}
			}
		}
		waiting := l.post(t, from("Ada", "b1"))
		l.post(t, below(waiting), from("Ada B.", "b1"))
		_, _, _, err := l.CreateComment(l.ctx, l.new(below(waiting), from("Ada", "b2")))
		wantKind(t, err, models.KindInvalid)
	},
	"an own reply waits with its parent": func(t *testing.T, l *fixture) {
		waiting := l.post(t, fromHousehold("Ada", "h1"))
		reply := l.post(t, approved, below(waiting), fromHousehold("Ada", "h1"))
		l.public(t)
		l.moderate(t, waiting, models.Approve)
		l.public(t, waiting, reply)
	},
	"an edit that holds a comment hides its replies": func(t *testing.T, l *fixture) {
		top := l.post(t, approved)
		reply := l.post(t, approved, below(top))
		l.public(t, top, reply)
		_, err := l.EditComment(l.ctx, gazette, top.ID, storage.CommentEdit{Body: "buy my boats", Status: models.Pending, Reason: models.ReasonSpam, Verdict: l.new().Verdict})
		ok(t, err)
		l.public(t)
		l.moderate(t, top, models.Approve)
		l.public(t, top, reply)
	},
	"replies to a comment that its author had erased stay": func(t *testing.T, l *fixture) {
		top := l.post(t, approved, by(models.Author{ID: "9", Name: "Ada"}))
		middle := l.post(t, approved, below(top))
		gone := l.post(t, approved, below(middle), by(models.Author{ID: "9", Name: "Ada"}))
		last := l.post(t, approved, below(gone))
		_, err := l.EraseReader(l.ctx, ann, models.Reader{Site: "gazette", ID: "9"})
		ok(t, err)
		l.public(t, middle, last)
		l.moderate(t, middle, models.Reject)
		l.public(t)
		l.moderate(t, middle, models.Approve)
		l.public(t, middle, last)
	},
	"so do those to one that was rejected before": func(t *testing.T, l *fixture) {
		gone := l.post(t, approved, by(models.Author{ID: "9", Name: "Ada"}))
		reply := l.post(t, approved, below(gone))
		l.moderate(t, gone, models.Reject)
		l.public(t)
		_, err := l.EraseReader(l.ctx, ann, models.Reader{Site: "gazette", ID: "9"})
		ok(t, err)
		l.public(t, reply)
		Counters(t, l.url)
	},
	"a reply that comes while its thread is taken down is hidden": func(t *testing.T, l *fixture) {
		top := l.post(t, approved)
		reply := l.post(t, approved, below(top))
		var late [8]storage.NewComment
		for i := range late {
			late[i] = l.new(approved, below(reply))
		}
		together(len(late)+1, func(i int) {
			if i == len(late)/2 {
				_, _, err := l.Decide(l.ctx, ann, top.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonAbuse})
				if err != nil {
					t.Error(err)
				}
				return
			}
			if _, _, _, err := l.CreateComment(l.ctx, late[i%len(late)]); err != nil && models.KindOf(err) != models.KindInvalid {
				t.Error(err)
			}
		})
		l.public(t)
	},
}
