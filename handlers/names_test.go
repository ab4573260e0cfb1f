package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/models"
)

// set changes the gazette, and lets the node know.
func (f *testSite) configure(settings object) {
	f.Helper()
	f.as("ada", "PATCH", "/v1/sites/gazette", settings).must(http.StatusOK)
}

// publicAuthors returns the authors in the public list as it shows them.
func (f *testSite) publicAuthors() (list []struct {
	Name           string
	Vouched, Staff bool
},
) {
	f.Helper()
	var page struct {
		Comments []struct {
			Author struct {
				Name           string
				Vouched, Staff bool
			}
		}
	}
	f.send("GET", "/v1/comments?site=gazette&article=harbour", nil, nil).into(http.StatusOK, &page)
	for _, c := range page.Comments {
		list = append(list, c.Author)
	}
	return list
}

func TestStrangersCannotUseReservedNames(t *testing.T) {
	f := newTestSite(t)
	f.configure(object{"reserved_names": []string{"  The  Gazette ", "Editor"}})
	exp := f.now().Add(time.Hour).Unix()
	fromPage := headers{"Origin": page}
	for _, name := range []string{"The Gazette", "THE GAZETTE", "the-gazette", "ТНЕ GАZЕТТЕ", "Тhe Gazette\u200b", "Edit0r", "Ed\u0131tor", "É d i t o r"} {
		r := f.send("POST", "/v1/comments", fromPage, comment(object{"site": "gazette", "author": object{"name": name}}))
		r.must(http.StatusUnprocessableEntity)
		if !strings.Contains(string(r.body), "author.name") || !strings.Contains(string(r.body), "reserved") {
			t.Errorf("%q: %s", name, r.body)
		}
		f.send("POST", "/v1/comments", bearer(f.key), comment(object{"author": object{"name": name}})).must(http.StatusUnprocessableEntity)
	}
	for _, request := range []struct {
		headers headers
		author  object
	}{
		{bearer(f.key), object{"name": "The Gazette", "staff": true}},
		{bearer(f.key), object{"name": "Editor", "id": "7"}},
		{fromPage.with("X-Reader-Token", reader(t, jwt.MapClaims{"sub": "8", "name": "Editor", "staff": true, "exp": exp})), object{"name": "x"}},
		{fromPage, object{"name": "Editorial fan"}},
	} {
		f.send("POST", "/v1/comments", request.headers, comment(object{"site": "gazette", "author": request.author})).must(http.StatusCreated)
	}
	f.send("POST", "/v1/comments", fromPage, comment(object{"site": "gazette", "author": object{"name": "Ada", "staff": true}})).must(http.StatusUnprocessableEntity)
	for _, name := range []any{nil, "\u200b"} { // the site vouches for the id, and not for the name that the page says
		claims := jwt.MapClaims{"sub": "9", "exp": exp}
		if name != nil {
			claims["name"] = name
		}
		f.send("POST", "/v1/comments", fromPage.with("X-Reader-Token", reader(t, claims)), comment(object{"site": "gazette", "author": object{"name": "The Gazette"}})).names("author.name")
	}
}

func TestThePublicListSaysForWhomTheSiteVouches(t *testing.T) {
	f := newTestSite(t)
	one := 1.0
	_, err := f.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error {
		s.Thresholds = models.Thresholds{Hold: &one, Reject: &one, Abuse: &one}
		return nil
	})
	f.must(err)
	exp := f.now().Add(time.Hour).Unix()
	for i, claims := range []jwt.MapClaims{{"sub": "7", "name": "Ada", "exp": exp}, {"sub": "8", "name": "Ada", "staff": true, "exp": exp}, nil} {
		h := headers{"Origin": page}
		if claims != nil {
			h = h.with("X-Reader-Token", reader(t, claims))
		}
		body := []string{"The ferry left before eight.", "We have corrected the timetable.", "My dog liked the new pier."}[i]
		f.send("POST", "/v1/comments", h, comment(object{"site": "gazette", "author": object{"name": "Ada"}, "body": body})).must(http.StatusCreated)
	}
	got := f.publicAuthors()
	if len(got) != 3 || !got[0].Vouched || got[0].Staff || !got[1].Vouched || !got[1].Staff || got[2].Vouched || got[2].Staff {
		t.Errorf("%+v", got)
	}
}

func TestRepliesToWhatIsNotPublicAreRefused(t *testing.T) {
	f := newTestSite(t)
	rejected := f.post(object{"website": "https://x.example"}) // the honeypot
	r := f.send("POST", "/v1/comments", bearer(f.key), comment(object{"parent_id": rejected.ID, "author": object{"name": "Eve"}}))
	r.must(http.StatusUnprocessableEntity)
	unknown := f.send("POST", "/v1/comments", bearer(f.key), comment(object{"parent_id": "01900000-0000-7000-8000-000000000000"}))
	same := func(b []byte) string { text, _, _ := strings.Cut(string(b), `"request_id"`); return text }
	if same(r.body) != same(unknown.body) {
		t.Errorf("a stranger learns of it: %s, %s", r.body, unknown.body)
	}
}

func TestAReplyBelowWhatWasTakenDownCannotBeReported(t *testing.T) {
	f := newTestSite(t)
	one := 1.0
	f.configure(object{"thresholds": object{"hold": one, "reject": one, "abuse": one}})
	top := f.post(nil)
	reply := f.post(object{"parent_id": top.ID, "body": "I stood there as well, beside the blue crane."})
	count := func(want int) {
		t.Helper()
		var counts struct{ Counts map[string]int }
		f.send("GET", "/v1/comments/counts?site=gazette&article=harbour", nil, nil).into(http.StatusOK, &counts)
		if n := len(f.publicAuthors()); n != want || counts.Counts["harbour"] != want {
			t.Errorf("%d comments are listed and %d counted, want %d", n, counts.Counts["harbour"], want)
		}
	}
	count(2)
	f.as("ada", "POST", "/v1/comments/"+top.ID+"/decision", object{"action": "reject", "reason": "abuse"}).must(http.StatusOK)
	count(0)
	f.send("POST", "/v1/comments/"+reply.ID+"/flags", headers{"Origin": page}, object{}).must(http.StatusNotFound)
	f.as("ada", "POST", "/v1/comments/"+top.ID+"/decision", object{"action": "approve"}).must(http.StatusOK)
	count(2)
}
