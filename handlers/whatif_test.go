package handlers_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/handlers"
	"winnow/handlers/whatif"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

// scriptStep is a comment at a time, and a decision on an earlier one before it.
type scriptStep struct {
	after   time.Duration // since the step before
	comment object
	decide  int // index of a comment to decide; -1: none
	action  models.Action
	undo    bool // undo the last decision
}

// script is some hundreds of varied comments: campaigns of near-copies and of contacts,
// one of which moderators approve, matches of rules, bursts, links, honeypots, authors
// with and without an id; and decisions, of which some are undone.
func script() (steps []scriptStep) {
	rng := rand.New(rand.NewPCG(4, 2))
	places := []string{"harbour", "library", "market", "bridge", "theatre", "station"}
	verbs := []string{"opened", "flooded", "was sold", "looks new", "smells of paint", "costs twelve million"}
	ends := []string{"and I never noticed.", "says my neighbour Jonas.", "Why?", "That is what the mayor promised in 2019!", "at last.", "so we walked home in the rain."}
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	var petitions []int
	for i := range 420 {
		body := fmt.Sprintf("The %s %s %s", pick(places), pick(verbs), pick(ends))
		switch rng.IntN(11) {
		case 9:
			body = fmt.Sprintf("Please sign the petition for the old swimming pool in our quarter, %s thousand neighbours did already, and I hope that you will too.",
				pick([]string{"two", "three", "nine"}))
			petitions = append(petitions, i)
		case 10:
			body += fmt.Sprintf(" Ask @lucky_trader%d how, she answers everyone.", rng.IntN(2))
		case 0:
			body = fmt.Sprintf("I was jobless for a year, then Mrs %s taught me to trade and now I earn %d dollars a week from home, write to her today!",
				pick([]string{"Miller", "Dove", "Ruth"}), 1000+rng.IntN(9000))
		case 1:
			body += fmt.Sprintf(" Cheap watches now!!! Click http://offer%d.example/win", rng.IntN(50))
		case 2:
			body += " Read https://a.example/x and https://b.example/y and https://c.example/z"
		case 3:
			body += " Only an idiot would pay for that."
		case 4:
			body += " The casino is next door."
		}
		step := scriptStep{after: time.Duration(20+rng.IntN(900)) * time.Second, decide: -1}
		id := fmt.Sprintf("article-%d", rng.IntN(12))
		if i%140 > 100 { // a burst
			step.after, id = time.Duration(1+rng.IntN(9))*time.Second, fmt.Sprintf("busy-%d", i/140)
		}
		author := object{"name": fmt.Sprintf("Reader %d", rng.IntN(60))}
		if rng.IntN(2) == 0 {
			author["id"] = fmt.Sprintf("u%d", rng.IntN(25))
		}
		step.comment = object{
			"article": object{"id": id, "title": "About " + id}, "author": author, "body": body,
			"client": object{"ip": fmt.Sprintf("203.0.113.%d", rng.IntN(40))},
		}
		if rng.IntN(60) == 0 {
			step.comment["website"] = "https://bot.example"
		}
		if i > 10 && rng.IntN(4) == 0 {
			step.decide, step.action = rng.IntN(i), models.Approve
			if rng.IntN(2) == 0 {
				step.action = models.Reject
			}
			if rng.IntN(3) == 0 && len(petitions) > 0 {
				step.decide, step.action = petitions[rng.IntN(len(petitions))], models.Approve
			} else {
				step.undo = rng.IntN(5) == 0
			}
		}
		steps = append(steps, step)
	}
	return steps
}

// newScriptSite starts a node whose clock is that of its database.
func newScriptSite(t *testing.T, url func(testing.TB) string, model *classifier.Model) *testSite {
	t.Helper()
	f := &testSite{}
	begin := time.Now().Add(-20 * 24 * time.Hour).Truncate(time.Second)
	now := func() time.Time { return begin.Add(time.Duration(f.ahead.Load())) }
	f.testNode = newTestNode(t, storagetest.Open(t, url(t), storage.Options{Now: now}))
	f.stop()
	f.base, f.stop = start(t, handlers.Config{
		DB: f.db, Limiter: memory.NewLimiter(now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(now), Secret: secret, Now: now,
	})
	f.as("ada", "POST", "/v1/models", modelFile(t, model)).must(http.StatusCreated)
	f.as("ada", "PATCH", "/v1/sites/gazette", object{
		"thresholds": object{"hold": 0.9}, "surge": object{"count": 20, "minutes": 5, "hold_minutes": 30},
		"training_sample": 0,
	}).must(http.StatusOK)
	f.setRules(scriptRules())
	return f
}

func (f *testSite) setRules(rules object) {
	f.Helper()
	f.as("ada", "PUT", "/v1/sites/gazette/rules", rules).must(http.StatusOK)
}

func scriptRules() object {
	return object{
		"suspect_words": object{"words": []string{"idiot"}, "weight": 2.5}, "links": object{"max": 2},
		"authors": object{"trust_after": 3, "trust_days": 4},
	}
}

// play posts the comments of a script and returns them in its order, with what became
// of them: on arrival, or when they were pulled back.
func (f *testSite) play(steps []scriptStep) (all []posted) {
	f.Helper()
	ada := models.Caller{Kind: models.ByModerator, Name: "ada", Role: models.RoleAdmin}
	positions := map[string]int{}
	for i, step := range steps {
		f.pass(step.after)
		if step.decide >= 0 {
			reason := models.Reason("")
			if step.action == models.Reject {
				reason = models.ReasonSpam
			}
			d, _, err := f.db.Decide(f.Context(), ada, all[step.decide].ID, models.DecisionRequest{Action: step.action, Reason: reason})
			f.must(err)
			f.pass(time.Second)
			if step.undo {
				_, _, err := f.db.Undo(f.Context(), ada, d.ID)
				f.must(err)
				f.pass(time.Second)
			}
		}
		var p posted
		f.send("POST", "/v1/comments", bearer(f.key), step.comment).into(http.StatusCreated, &p)
		all = append(all, p)
		positions[p.ID] = i
	}
	for cursor := ""; ; {
		page, next, err := f.db.AuditPage(f.Context(), ada, models.AuditFilter{Action: "comment.pull_back", Cursor: cursor, Limit: 100})
		f.must(err)
		for _, entry := range page {
			p := &all[positions[entry.Subject]]
			p.Status, p.Reason = string(models.Pending), string(models.ReasonCampaign)
		}
		if cursor = next; next == "" {
			return all
		}
	}
}

func (f *testSite) whatIf(body object) (r whatif.Result) {
	f.Helper()
	f.as("eve", "POST", "/v1/sites/gazette/what-if?changes=1000", body).into(http.StatusOK, &r)
	return r
}

// TestWhatIfIsWhatAReplayGives compares what each kind of database says of a change with what
// becomes of the same comments on a site that has it. Those sites are on both kinds in turns.
func TestWhatIfIsWhatAReplayGives(t *testing.T) {
	t.Parallel()
	steps := script()
	d := &testNode{T: t}
	model := d.trainedModel(100)
	urls := [2]func(testing.TB) string{storagetest.ReadySQLiteURL, storagetest.ReadyPostgresURL}
	var first [2]*testSite
	var was [2][]posted
	for i, url := range urls {
		first[i] = newScriptSite(t, url, model)
		was[i] = first[i].play(steps)
	}
	for i, change := range scriptChanges(model) {
		t.Run(change.name, func(t *testing.T) {
			second := newScriptSite(t, urls[i%2], model)
			want := whatifRequest(change.make(second))
			then := second.play(steps)
			for j, f := range first {
				f.T = t
				got := f.whatIf(want)
				if got.Comments != len(steps) || got.Skipped != 0 || got.Changed != len(got.Changes) {
					t.Fatalf("%s: %d comments, %d changed, %d listed", got.Summary, got.Comments, got.Changed, len(got.Changes))
				}
				compareReplay(t, was[j], then, got)
				if (change.name == "nothing") != (got.Changed == 0) {
					t.Errorf("%d changes", got.Changed)
				}
			}
		})
	}
}

// scriptChange makes a change on a site and returns what to ask for.
type scriptChange struct {
	name string
	make func(f *testSite) (whatIf object)
}

func scriptChanges(model *classifier.Model) []scriptChange {
	patch := func(change object) func(*testSite) object {
		return func(f *testSite) object { return f.patch(change) }
	}
	return []scriptChange{
		{"nothing", func(*testSite) object { return object{} }},
		{"thresholds", patch(object{"thresholds": object{"hold": 0.45, "reject": 0.97}})},
		{"mode", patch(object{"mode": "pre"})},
		{"a burst limit", patch(object{"surge": object{"count": 7, "minutes": 2, "hold_minutes": 10}})},
		{"a word list", func(f *testSite) object {
			rules := scriptRules()
			rules["blocked_words"] = object{"words": []string{"casino", "idiot*"}, "action": "reject"}
			f.setRules(rules)
			return object{"rules": rules}
		}},
		{"rules about authors", func(f *testSite) object {
			rules := object{"authors": object{"hold_first": true, "hold_anonymous": true, "trust_after": 1, "trust_days": 1}}
			f.setRules(rules)
			return object{"rules": rules}
		}},
		{"a campaign floor", patch(object{"campaign_copies": 3})},
		{"no campaign floor", patch(object{"campaign_copies": 0})},
		{"a model", func(f *testSite) object {
			f.as("ada", "POST", "/v1/models/"+model.Version()+"/promote", object{"force": true, "note": "a drill"}).must(http.StatusOK)
			return object{"model": model.Version()}
		}},
	}
}

// whatifRequest asks for all comments.
func whatifRequest(change object) object {
	change["comments"] = whatif.MaxComments
	return change
}

func (f *testSite) patch(change object) object {
	f.Helper()
	f.as("ada", "PATCH", "/v1/sites/gazette", change).must(http.StatusOK)
	return change
}

// compareReplay compares a result with what became of each comment under both settings.
func compareReplay(t *testing.T, now, then []posted, got whatif.Result) {
	t.Helper()
	changes := map[string]whatif.Change{}
	for _, c := range got.Changes {
		changes[c.ID] = c
	}
	var counts [2]whatif.Counts
	for i := range now {
		for j, p := range []posted{now[i], then[i]} {
			switch models.Status(p.Status) {
			case models.Approved:
				counts[j].Approved++
			case models.Pending:
				counts[j].Held++
			default:
				counts[j].Rejected++
			}
		}
		c, changed := changes[now[i].ID]
		if differ := now[i].Status != then[i].Status || now[i].Reason != then[i].Reason; differ != changed {
			t.Errorf("comment %d: %s %q, then %s %q, and changed is %v", i, now[i].Status, now[i].Reason, then[i].Status, then[i].Reason, changed)
		}
		if changed {
			compareOutcome(t, i, now[i], c.Now)
			compareOutcome(t, i, then[i], c.Then)
		}
	}
	if counts[0] != got.Now || counts[1] != got.Then {
		t.Errorf("counts %+v, want %+v", []whatif.Counts{got.Now, got.Then}, counts)
	}
	sum := 0
	for _, tr := range got.Transitions {
		sum += tr.Comments
	}
	if sum != got.Changed {
		t.Errorf("%d in the transitions, %d changed", sum, got.Changed)
	}
}

func compareOutcome(t *testing.T, i int, p posted, o whatif.Outcome) {
	t.Helper()
	if p.Status != string(o.Status) || p.Reason != string(o.Reason) || p.Verdict.Probability() != o.Probability {
		t.Errorf("comment %d: %s %q %v, want %s %q %v", i, o.Status, o.Reason, o.Probability, p.Status, p.Reason, p.Verdict.Probability())
	}
}

func TestWhatIfRequests(t *testing.T) {
	f := newTestSite(t)
	f.post(object{"body": "The boats came back to the harbour, and the casino is open."})
	const path = "/v1/sites/gazette/what-if"
	var r whatif.Result
	blocked := object{"rules": object{"blocked_words": object{"words": []string{"casino"}, "action": "reject"}}}
	f.as("eve", "POST", path+"?lang=de", blocked).into(http.StatusOK, &r)
	if r.Summary != "Von den letzten 1 Kommentaren würde es 0 zurückhalten (jetzt 0) und 1 ablehnen (jetzt 0)." || len(r.Changes) != 1 {
		t.Errorf("%+v", r)
	}
	f.as("eve", "POST", path+"?changes=0", blocked).into(http.StatusOK, &r)
	if len(r.Changes) != 0 || r.Changed != 1 {
		t.Errorf("%+v", r)
	}
	for field, body := range map[string]object{
		"comments":                     {"comments": 100_001},
		"mode":                         {"mode": "strict"},
		"thresholds.hold":              {"thresholds": object{"hold": 2}},
		"surge.minutes":                {"surge": object{"count": 3}},
		"rules.blocked_words.words[0]": {"rules": object{"blocked_words": object{"words": []string{""}, "action": "reject"}}},
		"rules.block_words":            {"rules": object{"block_words": object{}}},
		"model":                        {"model": "none"},
		"threshold":                    {"threshold": object{}},
	} {
		f.as("eve", "POST", path, body).names(field)
	}
	f.as("eve", "POST", path+"?changes=1001", object{}).names("changes")
	f.as("bob", "POST", path, object{}).must(http.StatusForbidden)
	f.as("hanna", "POST", path, object{}).must(http.StatusNotFound)
	f.as("ada", "POST", "/v1/sites/none/what-if", object{}).must(http.StatusNotFound)
	f.as("ada", "POST", "/v1/sites/demo/what-if", object{}).into(http.StatusOK, &r)
	if r.Comments != 0 || r.Summary == "" {
		t.Errorf("%+v", r)
	}
}

func TestWhatIfEndsWithItsCaller(t *testing.T) {
	f := newTestSite(t)
	f.post(object{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	starter, err := classifier.Starter()
	f.must(err)
	site, err := f.db.Site(t.Context(), "gazette")
	f.must(err)
	setting := whatif.Setting{Site: site, Model: starter}
	if _, err := whatif.New(f.db).Run(ctx, whatif.Request{Now: setting, Then: setting, Comments: 10}); err == nil {
		t.Error("a request without a caller was answered")
	}
}

func TestPreviewOfEntries(t *testing.T) {
	f := newTestSite(t)
	f.post(object{"body": "The boats came back to the harbour, and the casino is open."})
	f.post(object{"body": "A c4s1no would be the last thing this town needs.", "author": object{"name": "Bea"}})
	f.post(object{"body": "Nobody asked us about the new tram at all.", "author": object{"name": "Casino Royale"}})
	const path = "/v1/sites/gazette/rules/preview"
	var p whatif.EntryPreview
	f.as("eve", "POST", path, object{"list": "blocked_words", "entries": []string{"casino", "cas*", "absent"}}).into(http.StatusOK, &p)
	if p.Comments != 3 || len(p.Entries) != 3 || p.Entries[0].Count != 3 || p.Entries[1].Count != 3 || p.Entries[2].Count != 0 {
		t.Fatalf("%+v", p)
	}
	hits := p.Entries[0].Comments
	if hits[0].Author != "Casino Royale" || len(hits[0].At) != 0 || len(hits[1].At) != 1 || hits[1].At[0] != [2]int{2, 8} {
		t.Errorf("%+v", hits)
	}
	f.as("eve", "POST", path, object{"list": "suspect_words", "entries": []string{"casino"}}).into(http.StatusOK, &p)
	if p.Entries[0].Count != 2 {
		t.Errorf("suspect words match %d comments", p.Entries[0].Count)
	}
	for i := range 11 {
		f.post(object{"body": fmt.Sprint(strings.Repeat("Many words about nothing, ", 40), i, " and then a casino")})
	}
	f.as("eve", "POST", path, object{"list": "suspect_words", "entries": []string{"casino"}}).into(http.StatusOK, &p)
	last := p.Entries[0].Comments[0]
	if e := p.Entries[0]; e.Count != 13 || len(e.Comments) != 10 || len([]rune(last.Text)) > 240 || []rune(last.Text)[last.At[0][0]] != 'c' {
		t.Errorf("%+v", e)
	}
	f.as("eve", "POST", path, object{"list": "suspect_words", "entries": []string{"fine", "*"}}).names("entries[1]")
	f.as("eve", "POST", path, object{"list": "suspect_words", "entries": []string{}}).names("entries")
	f.as("eve", "POST", path, object{"list": "names", "entries": []string{"a"}}).names("list")
	f.as("bob", "POST", path, object{}).must(http.StatusForbidden)
	f.as("hanna", "POST", path, object{"list": "suspect_words", "entries": []string{"a"}}).must(http.StatusNotFound)
}
