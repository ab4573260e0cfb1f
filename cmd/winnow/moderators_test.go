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

var shift = flag.Duration("shift", 5*time.Second, "how long a hundred moderators work")

const (
	moderators = 100
	editors    = 10  // of them
	waiting    = 500 // comments, when they begin
)

// newsroom is a load whose moderators do at random what a console lets them do.
type newsroom struct {
	*load

	mu      sync.Mutex
	present int              // have logged in
	held    map[string]dealt // what was dealt and not let go since, by comment
	seen    []dealt          // some of all that was ever dealt
	made    []string         // ids that can be undone: of decisions, batches, escalations
	decided map[string]string
	undone  map[string]bool // decisions and escalations
	unsure  map[string]bool // comments, and ids to undo, of requests that had to be repeated
	acts    map[string]int
}

// dealt is a comment as a moderator was dealt it.
type dealt struct {
	id, by  string
	version float64
}

// moderator is one of the hundred.
type moderator struct {
	name, token string
	hand        []dealt
}

func TestHundredModerators(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { deskUnderLoad(t, storagetest.SQLiteURL(t), 1) })
	t.Run("PostgreSQL and Redis, two nodes", func(t *testing.T) {
		deskUnderLoad(t, storagetest.PostgresURL(t), 2, "--redis="+storagetest.Redis(t).URL)
	})
}

// deskUnderLoad kills one node after the other while moderators work.
func deskUnderLoad(t *testing.T, url string, nodes int, more ...string) {
	args := append([]string{"--database=" + url, "--limit-login=0"}, more...)
	servers, bases := make([]*process, nodes), make([]string, nodes)
	for n := range servers {
		servers[n] = launch(t, args...)
		bases[n] = servers[n].base()
	}
	r := hire(t, url)
	r.ask(bases...)
	for n := range posters {
		r.crowd.Go(func() { r.post(2 * n) }) // even: on the site that holds every comment
	}
	t.Cleanup(r.stop)
	r.acknowledges(waiting)
	for n := range moderators {
		r.crowd.Go(func() { r.work(moderator{name: deskName(n)}) })
	}
	poll(t, "all moderators have logged in", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.present == moderators
	})
	crashes := 0
	for end := time.Now().Add(*shift); time.Now().Before(end); crashes++ {
		aMoment(2 * time.Second)
		n := crashes % nodes
		servers[n].kill()
		r.glance(url)
		servers[n] = launch(t, args...)
		bases = slices.Clone(bases)
		bases[n] = servers[n].base()
		r.ask(bases...)
	}
	r.stop()
	r.audited(url)
	r.accounted(url)
	r.totals(url)
	t.Logf("%d crashes; %d comments, %d decisions and %d undone of them were acknowledged; %d requests without an answer, %d refused\n%v",
		crashes, len(r.comments), len(r.decided), len(r.undone), r.failed, r.refused, r.acts)
}

func deskName(n int) string { return fmt.Sprint("desk ", n) }

// hire makes the sites, and the moderators, who have one password.
func hire(t *testing.T, url string) *newsroom {
	t.Helper()
	r := &newsroom{
		load: prepare(t, "--database="+url), held: map[string]dealt{}, decided: map[string]string{},
		undone: map[string]bool{}, unsure: map[string]bool{}, acts: map[string]int{},
	}
	r.mortal, r.rest = true, 100*time.Millisecond // a hundred would keep a server from starting
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
		m := models.Moderator{Name: deskName(n), Role: models.RoleModerator, PasswordHash: hash}
		if n < editors {
			m.Role = models.RoleEditor
		}
		if err := db.AddModerator(context.Background(), models.Caller{Kind: models.ByCommand, Name: "test"}, m); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// work is a moderator's shift.
func (r *newsroom) work(m moderator) {
	session := r.must(http.StatusOK, "POST", "/v1/auth/login", "", "", object{"name": m.name, "password": passPhrase})
	if m.token, _ = session["access_token"].(string); m.token == "" {
		return
	}
	r.mu.Lock()
	r.present++
	r.mu.Unlock()
	for !r.stopped() {
		act := rand.IntN(100)
		switch {
		case act < 8:
			r.undo(&m)
		case act < 12:
			r.decideStale(&m)
		case len(m.hand) == 0:
			r.claim(&m)
		case act < 20:
			r.decideAll(&m)
		case act < 24:
			r.giveBack(&m, "release")
		case act < 28:
			r.giveBack(&m, "skip")
		case act < 31:
			r.escalate(&m)
		case act < 36:
			r.renew(&m)
		default:
			r.decide(&m)
		}
	}
}

// asks sends a moderator's request and counts it. It tells whether the first
// answer was lost: what was asked for may have been done then, whatever the
// answer says.
func (r *newsroom) asks(m *moderator, act, path string, body object, unsure ...string) (status int, reply object, lost bool) {
	status, reply, lost = r.repeat("POST", path, m.token, "", body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acts[fmt.Sprint(act, " ", status)]++
	for _, id := range unsure {
		r.unsure[id] = r.unsure[id] || lost
	}
	return status, reply, lost
}

// allows fails the test when a request ended in another way than these.
func (r *newsroom) allows(act string, status int, reply object, want ...int) {
	if status != 0 && !slices.Contains(want, status) {
		r.t.Errorf("%s: status %d, want one of %v: %v", act, status, want, reply)
	}
}

func (r *newsroom) claim(m *moderator) {
	orders := []string{"risk", "oldest", "newest", "uncertain"}
	status, reply, _ := r.asks(m, "claim", "/v1/queue/claim", object{"site": sites[0], "limit": 1 + rand.IntN(5), "sort": orders[rand.IntN(len(orders))]})
	r.allows("claim", status, reply, http.StatusOK)
	items, _ := reply["items"].([]any)
	if len(items) == 0 {
		r.pause()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, item := range items {
		i := item.(object)
		d := dealt{i["comment"].(object)["id"].(string), m.name, i["version"].(float64)}
		if other := r.held[d.id]; other.by != "" && other.by != d.by && other.version == d.version {
			r.t.Errorf("%v was dealt while %s held it", d, other.by)
		}
		if r.held[d.id].version <= d.version { // or it was taken back since, and dealt anew
			r.held[d.id] = d
		}
		m.hand, r.seen = append(m.hand, d), append(r.seen, d)
	}
}

// plays takes cards off a moderator's hand. They count as let go from before
// the server is asked.
func (r *newsroom) plays(m *moderator, cards int) []dealt {
	r.mu.Lock()
	defer r.mu.Unlock()
	played := slices.Clone(m.hand[:cards])
	m.hand = m.hand[cards:]
	for _, d := range played {
		if r.held[d.id].by == m.name {
			delete(r.held, d.id)
		}
	}
	return played
}

func idsOf(cards []dealt) (ids []string) {
	for _, d := range cards {
		ids = append(ids, d.id)
	}
	return ids
}

func verdict() object {
	if rand.IntN(3) == 0 {
		return object{"action": "reject", "reason": []string{"spam", "abuse", "off_topic", "illegal", "other"}[rand.IntN(5)]}
	}
	return object{"action": "approve"}
}

// decide is for a comment that the moderator holds. It can be refused only when
// the comment has changed: who undoes an escalation takes it from an editor.
func (r *newsroom) decide(m *moderator) {
	d := r.plays(m, 1)[0]
	word := verdict()
	word["version"] = d.version
	status, reply, lost := r.asks(m, "decide", "/v1/comments/"+d.id+"/decision", word, d.id)
	r.allows("decide", status, reply, http.StatusOK, http.StatusConflict)
	if now, _ := reply["current"].(object); status == http.StatusConflict && !lost && now["version"] == d.version {
		r.t.Errorf("%v was refused to who held it: %v", d, reply)
	}
	r.decides(m, d, status, reply)
}

// decideStale is for a comment that somebody was dealt at some time.
func (r *newsroom) decideStale(m *moderator) {
	d, found := oneOf(r, &r.seen)
	if !found || slices.ContainsFunc(m.hand, func(own dealt) bool { return own.id == d.id }) {
		return
	}
	word := verdict()
	word["version"] = d.version
	status, reply, _ := r.asks(m, "decide stale", "/v1/comments/"+d.id+"/decision", word, d.id)
	r.allows("decide stale", status, reply, http.StatusOK, http.StatusConflict, http.StatusForbidden)
	r.decides(m, d, status, reply)
}

// decides notes a decision that was acknowledged.
func (r *newsroom) decides(m *moderator, d dealt, status int, reply object) {
	if status != http.StatusOK {
		return
	}
	id, _ := reply["id"].(string)
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.held[d.id]; other.by != "" && other.by != m.name && other.version == d.version {
		r.t.Errorf("%s decided %v, which %s held", m.name, d, other.by)
	}
	r.decided[id] = d.id
	r.made = append(r.made, id)
}

// decideAll decides all that the moderator holds, as a batch. It names no
// versions, so who gets no answer must not simply ask again.
func (r *newsroom) decideAll(m *moderator) {
	word := verdict()
	ids := idsOf(r.plays(m, len(m.hand)))
	word["comment_ids"] = ids
	status, reply, err := r.once("POST", "/v1/decisions", m.token, "", word)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acts[fmt.Sprint("decide all ", status)]++
	if err != nil || status == http.StatusServiceUnavailable {
		for _, id := range ids {
			r.unsure[id] = true
		}
		return
	}
	if status != http.StatusOK {
		r.t.Errorf("decide all: status %d: %v", status, reply)
		return
	}
	batch, _ := reply["batch"].(string)
	r.made = append(r.made, batch)
	all, _ := reply["decisions"].([]any)
	for _, one := range all {
		r.decided[one.(object)["id"].(string)] = one.(object)["comment_id"].(string)
	}
}

// giveBack releases or skips some of what the moderator holds.
func (r *newsroom) giveBack(m *moderator, how string) {
	status, reply, _ := r.asks(m, how, "/v1/queue/"+how, object{"comment_ids": idsOf(r.plays(m, 1+rand.IntN(len(m.hand))))})
	r.allows(how, status, reply, http.StatusNoContent)
}

func (r *newsroom) escalate(m *moderator) {
	d := r.plays(m, 1)[0]
	status, reply, _ := r.asks(m, "escalate", "/v1/comments/"+d.id+"/escalate", object{"note": "What do you think?"}, d.id)
	r.allows("escalate", status, reply, http.StatusOK, http.StatusConflict) // an editor holds what was escalated before
	if id, _ := reply["id"].(string); id != "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.made = append(r.made, id)
	}
}

func (r *newsroom) renew(m *moderator) {
	status, reply, _ := r.asks(m, "renew", "/v1/queue/renew", object{"comment_ids": idsOf(m.hand)})
	r.allows("renew", status, reply, http.StatusOK)
}

// undo takes back what anybody has done.
func (r *newsroom) undo(m *moderator) {
	id, found := oneOf(r, &r.made)
	if !found {
		return
	}
	status, reply, _ := r.asks(m, "undo", "/v1/decisions/"+id+"/undo", nil, id)
	r.allows("undo", status, reply, http.StatusOK, http.StatusConflict, http.StatusForbidden)
	r.mu.Lock()
	defer r.mu.Unlock()
	all, _ := reply["decisions"].([]any)
	for _, one := range all {
		r.undone[one.(object)["id"].(string)] = true
	}
}

// oneOf picks from what the newsroom has noted so far.
func oneOf[T any](r *newsroom, from *[]T) (one T, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(*from) == 0 {
		return one, false
	}
	return (*from)[rand.IntN(len(*from))], true
}
