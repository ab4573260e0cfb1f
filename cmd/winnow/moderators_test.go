package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"winnow/handlers/password"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

var shift = flag.Duration("shift", 5*time.Second, "how long the test with a hundred moderators runs")

const (
	moderators      = 100
	editors         = 10  // among the moderators
	initialComments = 500 // comments before they begin
)

// moderatorLoad is a load with moderators who use all functions of the console at
// random.
type moderatorLoad struct {
	*load

	logins        chan struct{} // has room for the moderators who log in at the same time
	mu            sync.Mutex
	loggedIn      int                       // number of moderators
	claimed       map[string]claimedComment // current claims, by comment
	everClaimed   []claimedComment          // all claims so far
	undoable      []string                  // ids for an undo: of decisions, batches, escalations
	decided       map[string]string
	undone        map[string]bool // decisions and escalations
	uncertain     map[string]bool // comments, and ids of undos, of requests whose first reply was lost
	requestCounts map[string]int
}

// claimedComment is a comment in the version that a moderator has claimed.
type claimedComment struct {
	id, by  string
	version float64
}

// moderator is one of the hundred moderators.
type moderator struct {
	name, token string
	claims      []claimedComment
}

func TestHundredModerators(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { moderatorsUnderLoad(t, storagetest.ReadySQLiteURL(t), 1) })
	t.Run("PostgreSQL and Redis, two nodes", func(t *testing.T) {
		moderatorsUnderLoad(t, storagetest.ReadyPostgresURL(t), 2, "--redis="+storagetest.Redis(t).URL)
	})
}

// moderatorsUnderLoad kills one node after the other while moderators work.
func moderatorsUnderLoad(t *testing.T, url string, nodes int, more ...string) {
	args := append([]string{"--database=" + url, "--limit-login=0"}, more...)
	servers, bases := make([]*process, nodes), make([]string, nodes)
	for n := range servers {
		servers[n] = launch(t, args...)
		bases[n] = servers[n].base()
	}
	r := newModeratorLoad(t, url)
	r.useNodes(bases...)
	for n := range posters {
		r.clients.Go(func() { r.post(2 * n) }) // even: on the site in mode pre
	}
	t.Cleanup(r.stop)
	r.waitAcknowledged(initialComments)
	for n := range moderators {
		r.clients.Go(func() { r.work(moderator{name: loginName(n)}) })
	}
	pollFor(t, 3*time.Minute, "all moderators have logged in", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.loggedIn == moderators
	})
	crashes := 0
	for end := time.Now().Add(*shift); time.Now().Before(end); crashes++ {
		randomDelay(2 * time.Second)
		n := crashes % nodes
		servers[n].kill()
		r.checkInvariants(url)
		servers[n] = launch(t, args...)
		bases = slices.Clone(bases)
		bases[n] = servers[n].base()
		r.useNodes(bases...)
	}
	r.stop()
	r.checkAudit(url)
	r.checkAcknowledged(url)
	r.checkCounters(url)
	t.Logf("%d crashes; %d comments, %d decisions and %d undone of them were acknowledged; %d requests without a reply, %d refused\n%v",
		crashes, len(r.comments), len(r.decided), len(r.undone), r.failed, r.refused, r.requestCounts)
}

func loginName(n int) string { return fmt.Sprint("console moderator ", n) }

// newModeratorLoad adds the sites, and the moderators with the same password.
func newModeratorLoad(t *testing.T, url string) *moderatorLoad {
	t.Helper()
	r := &moderatorLoad{
		load: newLoad(t, "--database="+url), logins: make(chan struct{}, 4), claimed: map[string]claimedComment{}, decided: map[string]string{},
		undone: map[string]bool{}, uncertain: map[string]bool{}, requestCounts: map[string]int{},
	}
	r.unreliable, r.retryDelay = true, 100*time.Millisecond // the retries of a hundred clients would slow the start of a server
	hash, err := password.Hash(passPhrase)
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), url, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for n := range moderators {
		m := models.Moderator{Name: loginName(n), Role: models.RoleModerator, PasswordHash: hash}
		if n < editors {
			m.Role = models.RoleEditor
		}
		if err := db.AddModerator(context.Background(), models.Caller{Kind: models.ByCommand, Name: "test"}, m); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// work runs one moderator.
func (r *moderatorLoad) work(m moderator) {
	r.logins <- struct{}{} // people do not log in all at once, and each needs a processor for it
	session := r.must(http.StatusOK, "POST", "/v1/auth/login", "", "", object{"name": m.name, "password": passPhrase})
	<-r.logins
	if m.token, _ = session["access_token"].(string); m.token == "" {
		return
	}
	r.mu.Lock()
	r.loggedIn++
	r.mu.Unlock()
	for !r.stopped() {
		act := rand.IntN(100)
		switch {
		case act < 8:
			r.undo(&m)
		case act < 12:
			r.decideStale(&m)
		case len(m.claims) == 0:
			r.claim(&m)
		case act < 20:
			r.decideAll(&m)
		case act < 24:
			r.releaseOrSkip(&m, "release")
		case act < 28:
			r.releaseOrSkip(&m, "skip")
		case act < 31:
			r.escalate(&m)
		case act < 36:
			r.renew(&m)
		default:
			r.decide(&m)
		}
	}
}

// request sends a moderator's request and counts it. It reports whether the first
// reply was lost: the change may have been made then, whatever the last reply is.
func (r *moderatorLoad) request(m *moderator, act, path string, body object, unsure ...string) (status int, reply object, lost bool) {
	status, reply, lost = r.repeat("POST", path, m.token, "", body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requestCounts[fmt.Sprint(act, " ", status)]++
	for _, id := range unsure {
		r.uncertain[id] = r.uncertain[id] || lost
	}
	return status, reply, lost
}

// expectStatus fails the test when the status is none of these.
func (r *moderatorLoad) expectStatus(act string, status int, reply object, want ...int) {
	if status != 0 && !slices.Contains(want, status) {
		r.t.Errorf("%s: status %d, want one of %v: %v", act, status, want, reply)
	}
}

func (r *moderatorLoad) claim(m *moderator) {
	orders := []string{"risk", "oldest", "newest", "uncertain"}
	status, reply, _ := r.request(m, "claim", "/v1/queue/claim", object{"site": sites[0], "limit": 1 + rand.IntN(5), "sort": orders[rand.IntN(len(orders))]})
	r.expectStatus("claim", status, reply, http.StatusOK)
	items, _ := reply["items"].([]any)
	if len(items) == 0 {
		r.pause()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, item := range items {
		i := item.(object)
		d := claimedComment{i["comment"].(object)["id"].(string), m.name, i["version"].(float64)}
		if other := r.claimed[d.id]; other.by != "" && other.by != d.by && other.version == d.version {
			r.t.Errorf("%v was claimed while %s had a claim", d, other.by)
		}
		if r.claimed[d.id].version <= d.version { // else it was released and claimed again since
			r.claimed[d.id] = d
		}
		m.claims, r.everClaimed = append(m.claims, d), append(r.everClaimed, d)
	}
}

// dropClaims removes the first n claims of a moderator from the record, before the
// request that ends them.
func (r *moderatorLoad) dropClaims(m *moderator, cards int) []claimedComment {
	r.mu.Lock()
	defer r.mu.Unlock()
	played := slices.Clone(m.claims[:cards])
	m.claims = m.claims[cards:]
	for _, d := range played {
		if r.claimed[d.id].by == m.name {
			delete(r.claimed, d.id)
		}
	}
	return played
}

func idsOf(cards []claimedComment) (ids []string) {
	for _, d := range cards {
		ids = append(ids, d.id)
	}
	return ids
}

func randomDecision() object {
	if rand.IntN(3) == 0 {
		return object{"action": "reject", "reason": []string{"spam", "abuse", "off_topic", "illegal", "other"}[rand.IntN(5)]}
	}
	return object{"action": "approve"}
}

// decide decides a claimed comment. It may be refused only when the comment has
// changed: an undone escalation takes it from the editor.
func (r *moderatorLoad) decide(m *moderator) {
	d := r.dropClaims(m, 1)[0]
	word := randomDecision()
	word["version"] = d.version
	status, reply, lost := r.request(m, "decide", "/v1/comments/"+d.id+"/decision", word, d.id)
	r.expectStatus("decide", status, reply, http.StatusOK, http.StatusConflict)
	if now, _ := reply["current"].(object); status == http.StatusConflict && !lost && now["version"] == d.version {
		r.t.Errorf("%v was refused to the owner of the claim: %v", d, reply)
	}
	r.recordDecision(m, d, status, reply)
}

// decideStale decides a comment that anyone has claimed at any time.
func (r *moderatorLoad) decideStale(m *moderator) {
	d, found := pickOne(r, &r.everClaimed)
	if !found || slices.ContainsFunc(m.claims, func(own claimedComment) bool { return own.id == d.id }) {
		return
	}
	word := randomDecision()
	word["version"] = d.version
	status, reply, _ := r.request(m, "decide stale", "/v1/comments/"+d.id+"/decision", word, d.id)
	r.expectStatus("decide stale", status, reply, http.StatusOK, http.StatusConflict, http.StatusForbidden)
	r.recordDecision(m, d, status, reply)
}

// recordDecision records an acknowledged decision.
func (r *moderatorLoad) recordDecision(m *moderator, d claimedComment, status int, reply object) {
	if status != http.StatusOK {
		return
	}
	id, _ := reply["id"].(string)
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.claimed[d.id]; other.by != "" && other.by != m.name && other.version == d.version {
		r.t.Errorf("%s decided %v, which %s had claimed", m.name, d, other.by)
	}
	r.decided[id] = d.id
	r.undoable = append(r.undoable, id)
}

// decideAll decides all claims of a moderator as one batch. It has no versions, so it
// must not be retried after a lost reply.
func (r *moderatorLoad) decideAll(m *moderator) {
	word := randomDecision()
	ids := idsOf(r.dropClaims(m, len(m.claims)))
	word["comment_ids"] = ids
	status, reply, err := r.once("POST", "/v1/decisions", m.token, "", word)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requestCounts[fmt.Sprint("decide all ", status)]++
	if err != nil || status == http.StatusServiceUnavailable {
		for _, id := range ids {
			r.uncertain[id] = true
		}
		return
	}
	if status != http.StatusOK {
		r.t.Errorf("decide all: status %d: %v", status, reply)
		return
	}
	batch, _ := reply["batch"].(string)
	r.undoable = append(r.undoable, batch)
	all, _ := reply["decisions"].([]any)
	for _, one := range all {
		r.decided[one.(object)["id"].(string)] = one.(object)["comment_id"].(string)
	}
}

// releaseOrSkip releases or skips some claims of a moderator.
func (r *moderatorLoad) releaseOrSkip(m *moderator, how string) {
	status, reply, _ := r.request(m, how, "/v1/queue/"+how, object{"comment_ids": idsOf(r.dropClaims(m, 1+rand.IntN(len(m.claims))))})
	r.expectStatus(how, status, reply, http.StatusNoContent)
}

func (r *moderatorLoad) escalate(m *moderator) {
	d := r.dropClaims(m, 1)[0]
	status, reply, _ := r.request(m, "escalate", "/v1/comments/"+d.id+"/escalate", object{"note": "What do you think?"}, d.id)
	r.expectStatus("escalate", status, reply, http.StatusOK, http.StatusConflict) // an editor has claimed it since an earlier escalation
	if id, _ := reply["id"].(string); id != "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.undoable = append(r.undoable, id)
	}
}

func (r *moderatorLoad) renew(m *moderator) {
	status, reply, _ := r.request(m, "renew", "/v1/queue/renew", object{"comment_ids": idsOf(m.claims)})
	r.expectStatus("renew", status, reply, http.StatusOK)
}

// undo undoes a decision, batch or escalation of any moderator.
func (r *moderatorLoad) undo(m *moderator) {
	id, found := pickOne(r, &r.undoable)
	if !found {
		return
	}
	status, reply, _ := r.request(m, "undo", "/v1/decisions/"+id+"/undo", nil, id)
	r.expectStatus("undo", status, reply, http.StatusOK, http.StatusConflict, http.StatusForbidden)
	r.mu.Lock()
	defer r.mu.Unlock()
	all, _ := reply["decisions"].([]any)
	for _, one := range all {
		r.undone[one.(object)["id"].(string)] = true
	}
}

// pickOne picks a random element of a record.
func pickOne[T any](r *moderatorLoad, from *[]T) (one T, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(*from) == 0 {
		return one, false
	}
	return (*from)[rand.IntN(len(*from))], true
}
