package handlers_test

import (
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"winnow/handlers"
	"winnow/handlers/node"
	"winnow/handlers/password"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

// What a thief has copied, a token and an open stream, ends with the session: on
// the node where it ended at once, and on the other within two seconds, by its
// clock. A stream of the other node ends without any request.
func TestStolenSessionsEnd(t *testing.T) {
	server := storagetest.Redis(t)
	shared := func(t *testing.T) node.Notifier {
		c, err := redis.Open(t.Context(), server.URL+"?wait=5s", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c.Notifier()
	}
	for name, end := range map[string]func(*theft){
		"logout": func(h *theft) {
			h.call(h.here, "", "POST", "/v1/auth/logout", object{"refresh_token": h.victim.RefreshToken}).must(http.StatusNoContent)
		},
		"a password of an admin": func(h *theft) {
			h.call(h.here, h.token("ada"), "PATCH", "/v1/moderators/bob", object{"password": another}).must(http.StatusOK)
		},
		"a password of one's own": func(h *theft) {
			h.call(h.here, h.victim.AccessToken, "PUT", "/v1/me/password", object{"old": pass, "new": another}).must(http.StatusOK)
		},
		"disabling": func(h *theft) {
			h.call(h.here, h.token("ada"), "PATCH", "/v1/moderators/bob", object{"disabled": true}).must(http.StatusOK)
		},
		"reuse outside the grace": func(h *theft) {
			stolen := object{"refresh_token": h.victim.RefreshToken}
			h.call(h.here, "", "POST", "/v1/auth/refresh", stolen).must(http.StatusOK)
			h.advance(models.RefreshGrace)
			h.call(h.here, "", "POST", "/v1/auth/refresh", stolen).must(http.StatusUnauthorized)
		},
	} {
		t.Run(name, func(t *testing.T) {
			for set, test := range map[string]struct {
				url      func(testing.TB) string
				notifier func(*testing.T) node.Notifier
			}{
				"one node, SQLite":                          {storagetest.ReadySQLiteURL, nil},
				"one node, PostgreSQL":                      {storagetest.ReadyPostgresURL, nil},
				"two nodes, SQLite":                         {storagetest.ReadySQLiteURL, inProcess},
				"two nodes, PostgreSQL":                     {storagetest.ReadyPostgresURL, inProcess},
				"two nodes, PostgreSQL with common notices": {storagetest.ReadyPostgresURL, shared},
			} {
				t.Run(set, func(t *testing.T) { newTheft(t, test.url(t), test.notifier).ends(end) })
			}
		})
	}
}

// theft is a session of bob whose tokens a thief has, on one node or two.
type theft struct {
	*testNode
	here, there string // where the nodes answer
	victim      session

	mu    sync.Mutex
	ahead time.Duration // of the clocks
}

func (h *theft) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.ahead)
}

func (h *theft) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ahead += d
}

func newTheft(t *testing.T, url string, notifier func(*testing.T) node.Notifier) *theft {
	h := &theft{}
	open := func() *storage.DB { return storagetest.Open(t, url, storage.Options{Now: h.now}) }
	h.testNode = newTestNode(t, open())
	h.stop()
	h.clock = h.now
	hash, err := passwordHash()
	h.must(err)
	_, err = h.db.UpdateModerator(t.Context(), operator, "bob", func(m *models.Moderator) error { m.PasswordHash = hash; return nil })
	h.must(err)
	serve := func(n node.Notifier) string {
		base, _ := start(t, handlers.Config{
			DB: open(), Limiter: memory.NewLimiter(h.now), Notifier: n, Campaigns: memory.NewCampaigns(nil), Secret: secret,
			Rates: handlers.DefaultRates(), Now: h.now,
		})
		return base
	}
	if notifier == nil {
		h.here = serve(memory.NewNotifier())
		h.there = h.here
	} else {
		h.here, h.there = serve(notifier(t)), serve(notifier(t))
	}
	h.base = h.here
	h.call(h.here, "", "POST", "/v1/auth/login", object{"name": "bob", "password": pass}).into(http.StatusOK, &h.victim)
	return h
}

// passwordHash is made once, because it takes long.
var passwordHash = sync.OnceValues(func() (string, error) { return password.Hash(pass) })

func (h *theft) call(base, token, method, path string, body any) reply {
	h.Helper()
	req := h.request("", method, path, body)
	at, err := req.URL.Parse(base + path)
	h.must(err)
	req.URL, req.Host = at, at.Host
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return h.send(req)
}

// ends checks that what the thief has works before, and does not after.
func (h *theft) ends(end func(*theft)) {
	for _, base := range []string{h.here, h.there} {
		h.call(base, h.victim.AccessToken, "GET", "/v1/me", nil).must(http.StatusOK) // and is in the cache now
	}
	h.base = h.there
	stream := h.listen("", "/v1/events", "", h.victim.AccessToken)
	h.base = h.here
	end(h)
	h.call(h.here, h.victim.AccessToken, "GET", "/v1/me", nil).must(http.StatusUnauthorized)
	stream.ended()
	h.advance(2 * time.Second)
	h.call(h.there, h.victim.AccessToken, "GET", "/v1/me", nil).must(http.StatusUnauthorized)
	for _, base := range []string{h.here, h.there} {
		h.call(base, "", "POST", "/v1/auth/refresh", object{"refresh_token": h.victim.RefreshToken}).must(http.StatusUnauthorized)
	}
}

func TestSigningKeysRotateWithoutEndingSessions(t *testing.T) {
	h := newTheft(t, storagetest.ReadySQLiteURL(t), inProcess)
	rotated, err := h.db.RotateSigningKey(t.Context(), operator, 0)
	h.must(err)
	if !rotated {
		t.Fatal("no new key")
	}
	for _, base := range []string{h.here, h.there} {
		h.call(base, h.victim.AccessToken, "GET", "/v1/me", nil).must(http.StatusOK)
	}
	// A node that signs with the new key already: one that has just started.
	fresh, _ := start(t, handlers.Config{
		DB: h.db, Limiter: memory.NewLimiter(h.now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil), Secret: secret, Now: h.now,
	})
	var renewed session
	h.call(fresh, "", "POST", "/v1/auth/refresh", object{"refresh_token": h.victim.RefreshToken}).into(http.StatusOK, &renewed)
	for _, base := range []string{h.here, h.there, fresh} {
		eventually(t, "the new key being known", func() bool { return h.call(base, renewed.AccessToken, "GET", "/v1/me", nil).status == http.StatusOK })
	}
	h.call(h.here, "a.b.c", "GET", "/v1/me", nil).must(http.StatusUnauthorized)

	// Another secret, while the nodes change it one by one.
	changed, _ := start(t, handlers.Config{
		DB: h.db, Limiter: memory.NewLimiter(h.now), Notifier: memory.NewNotifier(), Campaigns: memory.NewCampaigns(nil), Now: h.now,
		Secret: []byte("the secret that comes after it"), OldSecrets: [][]byte{secret},
	})
	h.call(changed, renewed.AccessToken, "GET", "/v1/me", nil).must(http.StatusOK)
	h.call(changed, "", "POST", "/v1/auth/refresh", object{"refresh_token": renewed.RefreshToken}).must(http.StatusOK)
}

func TestAChangedRoleEndsStreams(t *testing.T) {
	h := newTheft(t, storagetest.ReadySQLiteURL(t), nil)
	stream := h.listen("", "/v1/events", "", h.victim.AccessToken)
	h.as("ada", "PATCH", "/v1/moderators/bob", object{"sites": []string{"herald"}}).must(http.StatusOK)
	stream.ended()
	h.call(h.here, h.victim.AccessToken, "GET", "/v1/me", nil).must(http.StatusOK)
}

func TestStreamsOfAModeratorAreBounded(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	var first *listener
	for range 20 {
		first = d.listen("bob", "/v1/events", "")
	}
	r := d.as("bob", "GET", "/v1/events", nil)
	r.must(http.StatusTooManyRequests)
	if r.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	d.listen("carl", "/v1/events", "")
	first.res.Body.Close()
	eventually(t, "a stream of the moderator ending", func() bool {
		res, err := http.DefaultClient.Do(d.request("bob", "GET", "/v1/events", nil))
		d.must(err)
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}
