package handlers_test

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/handlers/proofofwork"
	"winnow/models"
)

// unproven is the refusal of a post without a proof of work.
type unproven struct {
	Type, Detail string
	Challenge    *proofofwork.Challenge
}

const proofProblem = "urn:winnow:problem:proof_of_work"

// payload is what a widget makes of a challenge, with a solution or without one.
func payload(t *testing.T, c *proofofwork.Challenge, solved bool) string {
	t.Helper()
	p := object{"challenge": c}
	if solved {
		p["solution"] = solve(t, c.Parameters)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(text)
}

// solutions are by nonce and salt: a challenge that is changed afterwards has the same.
var solutions sync.Map

func solve(t *testing.T, p proofofwork.Parameters) object {
	t.Helper()
	if known, ok := solutions.Load(p.Nonce + p.Salt); ok {
		return known.(object)
	}
	nonce, _ := hex.DecodeString(p.Nonce)
	salt, _ := hex.DecodeString(p.Salt)
	prefix, err := hex.DecodeString(p.KeyPrefix)
	for counter := range uint32(100_000) {
		var key []byte
		if err == nil {
			key, err = pbkdf2.Key(sha256.New, string(binary.BigEndian.AppendUint32(bytes.Clone(nonce), counter)), salt, p.Cost, p.KeyLength)
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(key, prefix) {
			solution := object{"counter": counter, "derivedKey": hex.EncodeToString(key), "time": 12.5}
			solutions.Store(p.Nonce+p.Salt, solution)
			return solution
		}
	}
	t.Fatal("no solution was found")
	return nil
}

// setting changes the gazette, for all nodes.
func (w *town) setting(change func(*models.Site)) {
	w.Helper()
	_, err := w.db.UpdateSite(w.Context(), operator, "gazette", func(s *models.Site) error { change(s); return nil })
	w.must(err)
}

func TestUnknownReadersProveWork(t *testing.T) {
	inTown(t, func(w *town) {
		w.setting(func(s *models.Site) { s.ProofOfWork = models.ProofAlways })
		stranger := visit("203.0.113.7", "").with("Idempotency-Key", "k1")
		text := object{"body": "The boats came back at dawn, and nobody stood there to see it."}
		refused := func(h headers, altcha, detail string) unproven {
			w.Helper()
			var p unproven
			text["altcha"] = altcha
			w.write(h, text).into(http.StatusForbidden, &p)
			if p.Type != proofProblem || p.Challenge == nil || p.Challenge.Parameters.Data.Site != "gazette" || !strings.Contains(p.Detail, detail) {
				w.Fatalf("refused by %+v, want it to say %q", p, detail)
			}
			return p
		}
		first := refused(stranger, "", "must solve a challenge")
		refused(stranger, payload(t, first.Challenge, false), "not solved")
		refused(stranger, "!", "not base64")
		foreign := *first.Challenge
		foreign.Parameters.Data.Site = "herald"
		refused(stranger, payload(t, &foreign, true), "none of this site")

		solved := payload(t, first.Challenge, true)
		text["altcha"] = solved
		posted := w.write(stranger, text)
		id, browser := idOf(posted), browserOf(posted)
		refused(visit("203.0.113.8", "").with("Idempotency-Key", "k2"), solved, "used already")
		again := w.write(visit("203.0.113.7", browser).with("Idempotency-Key", "k2"), object{"body": "Another one, of a reader who is known by now.", "altcha": ""})
		if idOf(again) == id {
			t.Error("it is the same comment")
		}
		if p := w.write(w.signedIn("u1", ""), nil); p.status != http.StatusCreated {
			t.Errorf("a reader with a token: %s", p.body)
		}
		byKey := w.call("POST", "/v1/comments", bearer(w.key), comment(object{"body": "What the site's server sends needs no proof.", "client": object{"ip": "203.0.113.9"}}))
		if byKey.status != http.StatusCreated {
			t.Errorf("the site's server: %s", byKey.body)
		}
		_, _, err := w.db.Decide(t.Context(), operator, id, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		w.must(err)
		text["body"] = "And one more, after the first was taken for spam."
		refused(visit("203.0.113.7", browser).with("Idempotency-Key", "k3"), "", "must solve a challenge") // known for spam
	})
}

func TestARepeatedPostNeedsNoOtherProof(t *testing.T) {
	f := newTestSite(t)
	f.configure(object{"proof_of_work": "always"})
	var c proofofwork.Challenge
	f.send("GET", "/v1/challenge?site=gazette", nil, nil).into(http.StatusOK, &c)
	h := headers{"Origin": page, "Idempotency-Key": "k1"}
	post := func() string {
		return idOf(f.send("POST", "/v1/comments", h, comment(object{"site": "gazette", "altcha": payload(t, &c, true)})))
	}
	if first := post(); post() != first {
		t.Error("the repetition is another comment")
	}
}

func TestChallengesAreForEveryPage(t *testing.T) {
	f := newTestSite(t)
	r := f.send("GET", "/v1/challenge?site=gazette", headers{"Origin": "https://elsewhere.example"}, nil)
	r.must(http.StatusOK)
	if got := r.header.Get("Access-Control-Allow-Origin") + ", " + r.header.Get("Cache-Control"); got != "*, no-store" {
		t.Errorf("origin and cache: %s", got)
	}
	f.send("GET", "/v1/challenge?site=nowhere", nil, nil).must(http.StatusNotFound)
	f.send("GET", "/v1/challenge", nil, nil).must(http.StatusUnprocessableEntity)
}

func TestSpamPutsASiteUnderAttack(t *testing.T) {
	inTown(t, func(w *town) {
		w.setting(func(s *models.Site) { s.ProofOfWork = models.ProofAttack })
		if p := w.write(visit("203.0.113.7", ""), nil); p.status != http.StatusCreated {
			t.Fatalf("in quiet times: %s", p.body)
		}
		for i := range 40 { // on each node 20
			p := w.write(visit(fmt.Sprintf("198.51.%d.7", i), ""), object{"website": "x"})
			if p.status == http.StatusForbidden {
				break // the other node knows already
			}
		}
		for i := range 2 { // both nodes know
			eventually(t, "the node knows", func() bool {
				p := w.write(visit(fmt.Sprintf("203.0.113.%d", 100+i), ""), nil)
				return p.status == http.StatusForbidden && strings.Contains(string(p.body), proofProblem)
			})
		}
		if p := w.write(w.signedIn("u1", ""), nil); p.status != http.StatusCreated {
			t.Errorf("a reader with a token: %s", p.body)
		}
		var list struct {
			Items []struct {
				Slug     string
				Attacked bool `json:"under_attack"`
			}
		}
		w.as("ada", "GET", "/v1/sites", nil).into(http.StatusOK, &list)
		for _, s := range list.Items {
			if s.Attacked != (s.Slug == "gazette") {
				t.Errorf("%s is under attack: %v", s.Slug, s.Attacked)
			}
		}
	})
}

func TestCommentsThatComeTooFastAreHeld(t *testing.T) {
	f := newTestSite(t)
	f.configure(object{"minimum_seconds": 5})
	opened := func() *proofofwork.Challenge {
		var c proofofwork.Challenge
		f.send("GET", "/v1/challenge?site=gazette", nil, nil).into(http.StatusOK, &c)
		return &c
	}
	text := 0
	post := func(h headers, altcha string) (models.Status, models.Reason) {
		t.Helper()
		text++
		r := f.send("POST", "/v1/comments", h, comment(object{"site": "gazette", "altcha": altcha, "body": fmt.Sprintf("The boats came back on day %d of the month, at last.", text)}))
		c, err := f.db.Comment(t.Context(), idOf(r))
		f.must(err)
		return c.Status, c.Reason
	}
	reader := headers{"Origin": page}
	early, late := opened(), opened()
	for name, altcha := range map[string]string{"at once": payload(t, early, false), "without a time": "", "with nonsense": "!"} {
		if status, reason := post(reader, altcha); status != models.Pending || reason != models.ReasonTooFast {
			t.Errorf("%s: %s, %s", name, status, reason)
		}
	}
	f.pass(6 * time.Second)
	if status, reason := post(reader, payload(t, late, false)); status != models.Approved {
		t.Errorf("after six seconds: %s, %s", status, reason)
	}
	if status, reason := post(reader, payload(t, late, false)); status != models.Pending || reason != models.ReasonTooFast {
		t.Errorf("once more: %s, %s", status, reason)
	}
	if status, reason := post(bearer(f.key), ""); status != models.Approved {
		t.Errorf("of the site's server: %s, %s", status, reason)
	}
	var page struct {
		Settings struct {
			Seconds int `json:"minimum_seconds"`
		}
	}
	f.send("GET", "/v1/threads?site=gazette&article=harbour", nil, nil).into(http.StatusOK, &page)
	if page.Settings.Seconds != 5 {
		t.Errorf("pages see %d seconds", page.Settings.Seconds)
	}
}

func TestProofOfWorkIsASetting(t *testing.T) {
	f := newTestSite(t)
	for change, status := range map[string]int{
		`{"proof_of_work": "always", "minimum_seconds": 600}`: http.StatusOK,
		`{"proof_of_work": "sometimes"}`:                      http.StatusUnprocessableEntity,
		`{"minimum_seconds": 601}`:                            http.StatusUnprocessableEntity,
		`{"minimum_seconds": -1}`:                             http.StatusUnprocessableEntity,
	} {
		f.as("ada", "PATCH", "/v1/sites/gazette", json.RawMessage(change)).must(status)
	}
	f.configure(object{"proof_of_work": nil, "minimum_seconds": nil})
	s, err := f.db.Site(t.Context(), "gazette")
	f.must(err)
	if s.ProofOfWork != models.ProofOff || s.MinimumSeconds != 0 {
		t.Errorf("after null: %q, %d seconds", s.ProofOfWork, s.MinimumSeconds)
	}
}

func TestFieldErrorsHaveCodes(t *testing.T) {
	f := newTestSite(t)
	f.configure(object{"reserved_names": []string{"Editor"}})
	for name, test := range map[string]struct {
		change object
		want   models.FieldError
	}{
		"empty":    {object{"body": ""}, models.FieldError{Field: "body", Code: "required"}},
		"unseen":   {object{"body": "\u200b"}, models.FieldError{Field: "body", Code: "required"}},
		"too long": {object{"body": strings.Repeat("x", models.MaxBody+1)}, models.FieldError{Field: "body", Code: "too_long", Limit: models.MaxBody}},
		"reserved": {object{"author": object{"name": "Editor"}}, models.FieldError{Field: "author.name", Code: "reserved"}},
		"no URL":   {object{"author": object{"name": "Ada", "url": "x"}}, models.FieldError{Field: "author.url", Code: "invalid"}},
	} {
		var p struct{ Fields []models.FieldError }
		change := comment(test.change)
		change["site"] = "gazette"
		f.send("POST", "/v1/comments", headers{"Origin": page}, change).into(http.StatusUnprocessableEntity, &p)
		if len(p.Fields) != 1 {
			t.Fatalf("%s: %+v", name, p.Fields)
		}
		got := p.Fields[0]
		if got.Message = ""; got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}
