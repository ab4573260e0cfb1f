package handlers_test

import (
	"fmt"
	"net/http"
	"testing"

	"winnow/models"
	"winnow/storage"
)

const insult = "You are a stupid idiot and a worthless moron, shut up you pathetic fool."

func TestCheckStoresNothing(t *testing.T) {
	f := newTestSite(t)
	var got struct {
		Status, Reason string
		Verdict        *models.Verdict
	}
	check := comment(object{"body": insult, "client": object{"ip": "203.0.113.7"}})
	f.send("POST", "/v1/comments/check", bearer(f.key), check).into(http.StatusOK, &got)
	if got.Status == "" || got.Verdict == nil || got.Verdict.Model == "" {
		f.Errorf("a server learns %+v", got)
	}
	f.send("POST", "/v1/comments/check", bearer(f.key), comment(object{"body": " "})).names("body")
	var stats storage.Stats
	f.as("eve", "GET", "/v1/stats?site=gazette", nil).into(http.StatusOK, &stats)
	if stats.Pending != 0 || stats.Days[29].Comments != 0 || stats.Nudges != (storage.NudgeCounts{}) {
		f.Errorf("the statistics are %+v", stats)
	}
}

func TestNudge(t *testing.T) {
	f := newTestSite(t)
	check := func(body string) reply {
		return f.send("POST", "/v1/comments/check", headers{"Origin": page}, comment(object{"site": "gazette", "body": body}))
	}
	check(insult).must(http.StatusForbidden) // off by default
	f.configure(object{"nudge": true, "thresholds": object{"abuse": 0.5}})
	ask := func(body string) (got struct {
		Rephrase bool
		Nudge    string
		Verdict  any
		Status   string
	},
	) {
		check(body).into(http.StatusOK, &got)
		if got.Verdict != nil || got.Status != "" {
			f.Errorf("a page learns %+v", got)
		}
		return got
	}
	if got := ask("The boats came back this morning."); got.Rephrase || got.Nudge != "" {
		f.Errorf("a kind text: %+v", got)
	}
	first, second, third := ask(insult), ask(insult), ask(insult)
	if !first.Rephrase || first.Nudge == "" {
		f.Fatalf("an insult: %+v", first)
	}
	post := func(nudge, body string) {
		f.Helper()
		f.send("POST", "/v1/comments", headers{"Origin": page, "Idempotency-Key": fmt.Sprint("k", len(body))}, comment(object{"site": "gazette", "body": body, "nudge": nudge})).must(http.StatusCreated)
	}
	post(first.Nudge, insult)
	post(first.Nudge, insult)                      // the same post once more
	post(first.Nudge, "Another text, same token.") // counts once
	post(second.Nudge, "I do not think so.")
	post("x"+third.Nudge, "Forged tokens do not count.")
	post("", "One without a token.")
	stats, err := f.db.Stats(f.Context(), operator, "gazette")
	f.must(err)
	if want := (storage.NudgeCounts{Shown: 3, Changed: 1, Unchanged: 1}); stats.Nudges != want {
		f.Errorf("counted %+v, want %+v", stats.Nudges, want)
	}
}
