package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/models"
)

// own is a comment in the list of one's own.
type own struct {
	ID, Status, Reason, Message, Body string
	Deletable                         bool
	EditableUntil                     *time.Time `json:"editable_until"`
	DecidedAt                         *time.Time `json:"decided_at"`
	EditedAt                          *time.Time `json:"edited_at"`
	Appeal                            *struct{ State, Message string }
}

const ownPath = "/v1/me/comments?site=gazette&article=harbour"

// own returns what a reader sees of their own comments.
func (w *town) own(h headers) (all []own) {
	w.Helper()
	r := w.call("GET", ownPath, h, nil)
	var list struct{ Comments []own }
	r.into(http.StatusOK, &list)
	if cache := r.header.Get("Cache-Control"); cache != "private, no-store" {
		w.Errorf("Cache-Control: %s", cache)
	}
	return list.Comments
}

// signedIn is a reader with a token of the gazette, in a browser.
func (w *town) signedIn(sub, browser string) headers {
	claims := jwt.MapClaims{"sub": sub, "name": "Una", "exp": time.Now().Add(time.Hour).Unix()}
	return visit("203.0.113.9", browser).with("X-Reader-Token", reader(w.T, claims))
}

func TestOwnCommentsOfABrowser(t *testing.T) {
	inTown(t, func(w *town) {
		_, err := w.db.UpdateSite(w.Context(), operator, "gazette", func(s *models.Site) error { s.Mode = models.ModePre; return nil })
		w.must(err)
		posted := w.write(visit("203.0.113.7", ""), nil)
		id, mine := idOf(posted), visit("203.0.113.7", browserOf(posted))
		all := w.own(mine)
		if len(all) != 1 || all[0].ID != id || all[0].Status != "pending" || all[0].Reason != "" || !all[0].Deletable || all[0].EditableUntil == nil {
			w.Fatalf("at first: %+v", all)
		}
		hostile := visit("203.0.113.8", browserOf(w.write(visit("203.0.113.8", ""), nil)))
		forged := mine.with("X-Browser-Token", strings.Replace(mine["X-Browser-Token"], ".", ".0", 1))
		for who, h := range map[string]headers{"nobody": visit("203.0.113.7", ""), "another": hostile, "a forged one": forged, "a signed-in one": w.signedIn("u1", "")} {
			for _, o := range w.own(h) {
				if o.ID == id {
					w.Errorf("%s sees it", who)
				}
			}
			w.call("PUT", "/v1/comments/"+id, h, object{"site": "gazette", "body": "Not mine."}).must(http.StatusNotFound)
			w.call("DELETE", "/v1/comments/"+id+"?site=gazette", h, nil).must(http.StatusNotFound)
			w.call("GET", "/v1/comments/"+id+"/outcome?site=gazette", h, nil).must(http.StatusNotFound)
		}
		// Tokens hold for one site, and pages for their own.
		w.call("GET", "/v1/me/comments?site=herald", mine, nil).must(http.StatusForbidden)
		w.call("GET", ownPath, mine.with("Origin", "https://evil.example"), nil).must(http.StatusForbidden)

		w.call("PUT", "/v1/comments/"+id, mine, object{"site": "gazette", "body": "A better text of mine."}).must(http.StatusOK)
		w.as("bob", "POST", "/v1/comments/"+id+"/decision", object{"action": "reject", "reason": "off_topic", "message": "Another article."}).must(http.StatusOK)
		if o := w.own(mine)[0]; o.Body != "A better text of mine." || o.EditedAt == nil || o.Status != "rejected" || o.Reason != "off_topic" || o.Message != "Another article." || o.DecidedAt == nil {
			w.Fatalf("when decided: %+v", o)
		}
		var outcome struct{ Status, Message string }
		w.call("GET", "/v1/comments/"+id+"/outcome?site=gazette", mine, nil).into(http.StatusOK, &outcome)
		if outcome.Message != "Another article." {
			w.Errorf("the outcome is %+v", outcome)
		}
		w.call("DELETE", "/v1/comments/"+id+"?site=gazette", mine, nil).must(http.StatusNoContent)
		w.call("DELETE", "/v1/comments/"+id+"?site=gazette", mine, nil).must(http.StatusNoContent)
		w.call("PUT", "/v1/comments/"+id, mine, object{"site": "gazette", "body": "Back again."}).must(http.StatusConflict)
		w.as("bob", "POST", "/v1/comments/"+id+"/decision", object{"action": "approve"}).must(http.StatusConflict)
		if all := w.own(mine); len(all) != 0 {
			w.Errorf("after all: %+v", all)
		}
	})
}

func TestOwnCommentsOfASignedInReader(t *testing.T) {
	inTown(t, func(w *town) {
		before := w.write(visit("203.0.113.9", ""), nil)
		browser := browserOf(before)
		signed := idOf(w.write(w.signedIn("u1", browser), nil))
		if all := w.own(w.signedIn("u1", browser)); len(all) != 2 || all[0].ID != signed || all[1].ID != idOf(before) {
			w.Errorf("both: %+v", all)
		}
		if all := w.own(w.signedIn("u1", "")); len(all) != 1 || all[0].ID != signed {
			w.Errorf("on another machine: %+v", all)
		}
		// Who uses the browser after them is not them.
		if all := w.own(visit("203.0.113.9", browser)); len(all) != 1 || all[0].ID != idOf(before) {
			w.Errorf("signed out: %+v", all)
		}
		for _, h := range []headers{visit("203.0.113.9", browser), w.signedIn("u2", browser)} {
			w.call("DELETE", "/v1/comments/"+signed+"?site=gazette", h, nil).must(http.StatusNotFound)
		}
		w.call("DELETE", "/v1/comments/"+signed+"?site=gazette", w.signedIn("u1", ""), nil).must(http.StatusNoContent)
		var list struct{ Comments []own }
		w.call("GET", "/v1/comments?site=gazette&article=harbour", nil, nil).into(http.StatusOK, &list)
		for _, c := range list.Comments {
			if c.ID == signed {
				w.Error("readers still see it")
			}
		}
	})
}

func TestEditingEndsWithTheSitesMinutes(t *testing.T) {
	f := newTestSite(t)
	f.configure(object{"edit_minutes": 3})
	var p struct {
		ID    string
		Token string `json:"browser_token"`
	}
	f.send("POST", "/v1/comments", headers{"Origin": page}, comment(object{"site": "gazette"})).into(http.StatusCreated, &p)
	mine := headers{"Origin": page, "X-Browser-Token": p.Token}
	edit := func() reply {
		return f.send("PUT", "/v1/comments/"+p.ID, mine, object{"site": "gazette", "body": "The boats came back late."})
	}
	edit().must(http.StatusOK)
	f.pass(4 * time.Minute)
	edit().must(http.StatusForbidden)
	f.send("DELETE", "/v1/comments/"+p.ID+"?site=gazette", mine, nil).must(http.StatusForbidden)
	var list struct{ Comments []own }
	f.send("GET", ownPath, mine, nil).into(http.StatusOK, &list)
	if o := list.Comments[0]; o.Deletable || o.EditableUntil != nil {
		f.Errorf("after three minutes: %+v", o)
	}
	// A page of this server's own origin does not say where it is from.
	f.configure(object{"origins": []string{page, f.base}})
	f.pass(time.Minute)
	f.send("GET", ownPath, headers{"Sec-Fetch-Site": "same-origin", "X-Browser-Token": p.Token}, nil).into(http.StatusOK, &list)
	f.send("GET", ownPath, headers{"Sec-Fetch-Site": "cross-site", "X-Browser-Token": p.Token}, nil).must(http.StatusUnauthorized)
	f.send("DELETE", "/v1/comments/"+p.ID, bearer(f.key), nil).must(http.StatusNoContent)
}
