package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"winnow/models"
)

// rejected is a comment of a browser that bob rejected, with the browser's headers.
func (w *town) rejected(address string) (id string, mine headers) {
	w.Helper()
	r := w.write(visit(address, ""), nil)
	id, mine = idOf(r), visit(address, browserOf(r))
	w.as("bob", "POST", "/v1/comments/"+id+"/decision", object{"action": "reject", "reason": "abuse", "message": "Be kind."}).must(http.StatusOK)
	return id, mine
}

func TestAnAppealGoesToAnotherModerator(t *testing.T) {
	inTown(t, func(w *town) {
		id, mine := w.rejected("203.0.113.7")
		appeal := func(h headers, text string) reply {
			return w.call("POST", "/v1/comments/"+id+"/appeal", h, object{"site": "gazette", "text": text})
		}
		if a := w.own(mine)[0].Appeal; a == nil || a.State != "possible" {
			w.Fatalf("at first: %+v", a)
		}
		appeal(visit("203.0.113.7", ""), "Not mine.").must(http.StatusNotFound)
		appeal(mine, strings.Repeat("x", 1001)).names("text")
		appeal(mine, " \n").names("text") // and the one appeal is still there
		var got struct{ State string }
		appeal(mine, "I quoted the mayor.").into(http.StatusCreated, &got)
		if got.State != "waiting" {
			w.Errorf("the reply is %+v", got)
		}
		appeal(mine, "Again.").must(http.StatusConflict)
		if o := w.own(mine)[0]; o.Status != "pending" || o.Appeal.State != "waiting" {
			w.Errorf("while it waits: %+v", o)
		}
		var dealt items[models.QueueItem]
		w.call("POST", "/v1/queue/claim", bearer(w.token("bob")), object{"site": "gazette", "limit": 9}).into(http.StatusOK, &dealt)
		if len(dealt.Items) > 0 {
			w.Errorf("bob is dealt %+v", dealt.Items[0].Comment)
		}
		decide := func(name string, decision object) reply {
			return w.call("POST", "/v1/comments/"+id+"/decision", bearer(w.token(name)), decision)
		}
		decide("bob", object{"action": "reject", "reason": "abuse"}).must(http.StatusForbidden)
		w.call("POST", "/v1/queue/claim", bearer(w.token("carl")), object{"site": "gazette", "limit": 9}).into(http.StatusOK, &dealt)
		if len(dealt.Items) != 1 || dealt.Items[0].Comment.Reason != models.ReasonAppeal {
			w.Fatalf("carl is dealt %+v", dealt.Items)
		}
		var detail struct{ Appeal models.Appeal }
		w.call("GET", "/v1/comments/"+id, bearer(w.token("carl")), nil).into(http.StatusOK, &detail)
		if detail.Appeal.Words != "I quoted the mayor." || detail.Appeal.DecidedBy != "bob" {
			w.Errorf("carl reads %+v", detail.Appeal)
		}
		decide("carl", object{"action": "approve", "message": "You are right."}).must(http.StatusOK)
		if o := w.own(mine)[0]; o.Status != "approved" || o.Appeal.State != "reversed" || o.Appeal.Message != "You are right." {
			w.Errorf("answered: %+v, %+v", o, o.Appeal)
		}
		other, theirs := w.rejected("203.0.113.8")
		w.call("POST", "/v1/comments/"+other+"/appeal", theirs, object{"site": "gazette", "text": "It is true."}).must(http.StatusCreated)
		w.call("POST", "/v1/comments/"+other+"/decision", bearer(w.token("eve")), object{"action": "reject", "reason": "abuse", "message": "It stays."}).must(http.StatusOK)
		if o := w.own(theirs)[0]; o.Status != "rejected" || o.Appeal.State != "upheld" || o.Appeal.Message != "It stays." {
			w.Errorf("upheld: %+v, %+v", o, o.Appeal)
		}
	})
}

func TestWhoMayNotAppeal(t *testing.T) {
	inTown(t, func(w *town) {
		appeal := func(id string, h headers) reply {
			return w.call("POST", "/v1/comments/"+id+"/appeal", h, object{"site": "gazette", "text": "Please."})
		}
		waiting := w.write(visit("203.0.113.6", ""), nil)
		appeal(idOf(waiting), visit("203.0.113.6", browserOf(waiting))).must(http.StatusConflict) // nobody has rejected it
		impose := func(kind, id string) {
			w.as("eve", "POST", "/v1/bans", object{"site": "gazette", "kind": kind, "comment_id": id, "on": []string{"browser"}}).must(http.StatusCreated)
		}
		onEachNode := func(what string, done func() bool) {
			eventually(w.T, what, func() bool {
				known := 0
				for range w.bases {
					if done() {
						known++
					}
				}
				return known == len(w.bases)
			})
		}
		id, mine := w.rejected("203.0.113.7")
		impose("ban", id)
		onEachNode("the ban is known", func() bool {
			return w.write(visit(fmt.Sprintf("198.18.%d.1", w.turn%256), mine["X-Browser-Token"]), nil).status == http.StatusForbidden
		})
		appeal(id, mine).must(http.StatusForbidden)
		id, mine = w.rejected("198.51.100.7")
		impose("shadow", id)
		appeal(id, mine).must(http.StatusCreated) // they must not learn of it
		refused := 0
		for range 12 {
			id, mine := w.rejected("192.0.2.7")
			if r := appeal(id, mine); r.status == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused != 2 {
			w.Errorf("of 12 appeals of a household %d were refused", refused)
		}
		w.as("ada", "PATCH", "/v1/sites/gazette", object{"appeals": false}).must(http.StatusOK)
		id, mine = w.rejected("192.0.2.99")
		onEachNode("no appeals", func() bool { return w.own(mine)[0].Appeal == nil })
		appeal(id, mine).must(http.StatusForbidden)
	})
}
