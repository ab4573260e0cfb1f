package handlers_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/handlers"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

// town is two nodes of a gazette behind a proxy. Pages of the gazette may post.
type town struct {
	*testNode
	bases []string
	turn  int // requests go to the nodes in turn
}

// inTown runs a story on two nodes that share a limiter and a notifier: SQLite and the
// limiter in process, and PostgreSQL and Redis.
func inTown(t *testing.T, story func(*town)) {
	t.Run("in process", func(t *testing.T) {
		limiter, notifier := memory.NewLimiter(nil), memory.NewNotifier()
		story(newTown(t, storagetest.SQLiteURL(t), func(cfg *handlers.Config) { cfg.Limiter, cfg.Notifier = limiter, notifier }))
	})
	t.Run("PostgreSQL and Redis", func(t *testing.T) {
		server := storagetest.Redis(t)
		story(newTown(t, storagetest.PostgresURL(t), func(cfg *handlers.Config) {
			c, err := redis.Open(t.Context(), server.URL+"?wait=5s", slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			cfg.Limiter, cfg.Notifier = c.Limiter(), c.Notifier()
		}))
	})
}

func newTown(t *testing.T, url string, services func(*handlers.Config)) *town {
	w := &town{testNode: newTestNode(t, storagetest.Open(t, url, storage.Options{}))}
	w.stop()
	_, err := w.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error {
		s.Origins, s.SSOSecret = []string{page}, ssoSecret
		return nil
	})
	w.must(err)
	for range 2 {
		cfg := handlers.Config{
			DB: storagetest.Open(t, url, storage.Options{}), Campaigns: memory.NewCampaigns(nil), Secret: secret,
			Rates: handlers.DefaultRates(), TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		}
		services(&cfg)
		base, _ := start(t, cfg)
		w.bases = append(w.bases, base)
	}
	return w
}

// call sends a request to the next node.
func (w *town) call(method, path string, h headers, body any) reply {
	w.Helper()
	w.turn++
	w.base = w.bases[w.turn%len(w.bases)]
	req := w.request("", method, path, body)
	for name, value := range h {
		req.Header.Set(name, value)
	}
	return w.send(req)
}

// visit is a reader's browser at an address.
func visit(address, token string) headers {
	h := headers{"Origin": page, "X-Forwarded-For": address}
	if token != "" {
		h["X-Browser-Token"] = token
	}
	return h
}

// write posts a comment of a page, with a text that no other has.
func (w *town) write(h headers, change object) reply {
	w.Helper()
	c := comment(change)
	c["site"] = "gazette"
	if change["body"] == nil {
		c["body"] = fmt.Sprintf("%s That was %d of many.", c["body"], w.turn)
	}
	return w.call("POST", "/v1/comments", h, c)
}

// browserOf returns the token in the reply to a post.
func browserOf(r reply) string {
	r.Helper()
	var p struct {
		Token string `json:"browser_token"`
	}
	r.into(http.StatusCreated, &p)
	return p.Token
}

func idOf(r reply) string {
	r.Helper()
	var p posted
	r.into(http.StatusCreated, &p)
	return p.ID
}

func TestAHouseholdIsOneReader(t *testing.T) {
	inTown(t, func(w *town) {
		home := func(i int) string { return fmt.Sprintf("2001:db8:1:2::%x", i+1) }
		passed, refused := 0, 0
		for i := range 300 {
			r := w.write(visit(home(i), ""), by(object{"name": fmt.Sprint("Reader ", i)}))
			switch r.status {
			case http.StatusCreated:
				passed++
			case http.StatusTooManyRequests:
				refused++
			default:
				w.Fatalf("%d %s", r.status, r.body)
			}
		}
		if passed < 30 || passed > 40 { // the limit is refilled while the story goes on
			w.Errorf("300 addresses of a household posted %d comments", passed)
		}
		id := idOf(w.write(visit("2001:db8:1:3::1", ""), nil)) // next door nothing is limited
		for i := range 5 {
			w.call("POST", "/v1/comments/"+id+"/flags", visit(home(i), ""), object{"reason": "abuse"}).must(http.StatusNoContent)
		}
		c, err := w.db.Comment(w.Context(), id)
		w.must(err)
		if c.Flags != 1 || c.Status != models.Approved {
			w.Errorf("a household reported %d times, and the comment is %s", c.Flags, c.Status)
		}
	})
}

func TestReadersWithALoginAreLimitedByWhoTheyAre(t *testing.T) {
	inTown(t, func(w *town) {
		for i := range 45 { // of one office
			token := reader(w.T, jwt.MapClaims{"sub": fmt.Sprint("u", i), "name": "Ann", "exp": time.Now().Add(time.Hour).Unix()})
			w.write(visit("203.0.113.9:4711", "").with("X-Reader-Token", token), nil).must(http.StatusCreated)
		}
		token := reader(w.T, jwt.MapClaims{"sub": "u0", "name": "Ann", "exp": time.Now().Add(time.Hour).Unix()})
		last := 0
		for i := range 40 { // one of them, from everywhere
			last = w.write(visit(fmt.Sprintf("198.51.%d.9", i), "").with("X-Reader-Token", token), nil).status
		}
		if last != http.StatusTooManyRequests {
			w.Errorf("the last of 40 comments of one reader: %d", last)
		}
		w.write(visit("203.0.113.9", ""), nil).must(http.StatusCreated) // strangers in the office
	})
}

func TestNetworksHaveLimits(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) {
		c.Rates = handlers.Rates{Address: models.Rate{Count: 2, Period: time.Hour}}
	})
	post := func(ip string) reply {
		return f.send("POST", "/v1/comments", bearer(f.key), comment(object{"client": object{"ip": ip}, "body": "From " + ip}))
	}
	for i := range 20 {
		post(fmt.Sprintf("2001:db8:7:%x::1", i)).must(http.StatusCreated)
	}
	if r := post("2001:db8:7:99::1"); r.status != http.StatusTooManyRequests || !strings.HasPrefix(r.header.Get("RateLimit"), `"network"`) {
		t.Errorf("the 21st /64 of a /48: %d %s", r.status, r.header.Get("RateLimit"))
	}
	post("[2001:db8:8::1]:443").must(http.StatusCreated)
	if policy := post("203.0.113.9:4711").header.Get("RateLimit-Policy"); policy != `"address";q=2;w=3600, "network";q=20;w=3600` {
		t.Errorf("the policy is %s", policy)
	}
	post("203.0.113.9").must(http.StatusCreated)
	post("203.0.113.9:4712").must(http.StatusTooManyRequests)
	f.send("POST", "/v1/comments", bearer(f.key), comment(object{"client": object{"ip": "203.0.113.9 4711"}})).names("client.ip")
}

func TestServersThatNameNoClient(t *testing.T) {
	limiter := memory.NewLimiter(time.Now)
	f := newTestSite(t, func(c *handlers.Config) { c.Limiter = limiter })
	nameless := f.send("POST", "/v1/comments", bearer(f.key), comment(nil))
	nameless.must(http.StatusCreated)
	if !strings.Contains(nameless.header.Get("Winnow-Notice"), "client.ip") || !strings.Contains(nameless.header.Get("RateLimit-Policy"), `"nameless";q=600;w=60`) {
		t.Errorf("it is told %q, with the limits %q", nameless.header.Get("Winnow-Notice"), nameless.header.Get("RateLimit-Policy"))
	}
	named := f.send("POST", "/v1/comments", bearer(f.key), comment(object{"client": object{"ip": "203.0.113.9"}}))
	if named.must(http.StatusCreated); named.header.Get("Winnow-Notice") != "" {
		t.Errorf("who names a client is told %q", named.header.Get("Winnow-Notice"))
	}
	for range 600 {
		_, err := limiter.Allow(t.Context(), models.Limit{Site: "gazette", Name: "nameless", Key: "comment ", Rate: models.Rate{Count: 600, Period: time.Minute}})
		f.must(err)
	}
	f.send("POST", "/v1/comments", bearer(f.key), comment(nil)).must(http.StatusTooManyRequests)
	f.post(by(object{"id": "u1", "name": "Ann"})) // whom the site vouches for
	if page := f.send("GET", "/metrics", nil, nil); !strings.Contains(string(page.body), `winnow_nameless_total{site="gazette"}`) {
		t.Error("the metrics do not count them")
	}

	free := newTestSite(t, func(c *handlers.Config) { c.Rates.Address = models.Rate{} })
	r := free.send("POST", "/v1/comments", bearer(free.key), comment(nil))
	r.must(http.StatusCreated)
	if policy := r.header.Get("RateLimit-Policy"); policy != `"site";q=1000000;w=60` {
		t.Errorf("without a limit for addresses there are %s", policy)
	}
}

// What a banned troll has, and what is new each time they come back.
func TestABannedReaderTriesToComeBack(t *testing.T) {
	inTown(t, func(w *town) {
		troll := object{"name": "Tr\u00f6ll", "email": "t.roll@gmail.com"}
		first := w.write(visit("2001:db8:1:2::1", ""), by(troll))
		token, id := browserOf(first), idOf(first)
		var ban models.BanEntry
		w.as("eve", "POST", "/v1/bans", object{"site": "gazette", "comment_id": id, "kind": "ban", "reason": "insults", "until": later(time.Hour)}).into(http.StatusCreated, &ban)
		if len(ban.Marks) != 4 {
			w.Errorf("the ban holds on %+v", ban.Marks)
		}
		const elsewhere = "198.51.100.7"
		attempt := func(address, token, name, email string) reply {
			w.Helper()
			return w.write(visit(address, token), by(object{"name": name, "email": email}))
		}
		eventually(w.T, "both nodes know the ban", func() bool {
			return attempt("2001:db8:1:2::1", token, "Tr\u00f6ll", "").status == 403 && attempt("2001:db8:1:2::1", token, "Tr\u00f6ll", "").status == 403
		})
		for way, r := range map[string]reply{
			"a new name":                         attempt("2001:db8:1:2::1", token, "Saint", ""),
			"cleared storage":                    attempt("2001:db8:1:2::1", "", "Saint", ""),
			"another address of the household":   attempt("2001:db8:1:2:ffff::9", "", "Saint", ""),
			"another network with the token":     attempt(elsewhere, token, "Saint", ""),
			"the name in lower case":             attempt(elsewhere, "", "tR\u00d6LL", ""),
			"the name decomposed":                attempt(elsewhere, "", "Tro\u0308ll", ""),
			"the name with a zero-width space":   attempt(elsewhere, "", "Tr\u200b\u00f6ll", ""),
			"the name with a Cyrillic letter":    attempt(elsewhere, "", "\u0422r\u00f6ll", ""),
			"the name in full width":             attempt(elsewhere, "", "\uff34r\u00f6\uff4c\uff4c", ""),
			"the name with blanks":               attempt(elsewhere, "", "  Tr\u00f6ll\u2800 ", ""),
			"the same mailbox with a tag":        attempt(elsewhere, "", "Saint", "troll+new@googlemail.com"),
			"the same mailbox in capitals":       attempt(elsewhere, "", "Saint", "T.R.O.L.L@GMAIL.COM"),
			"a forged token, in the same /64":    attempt("2001:db8:1:2::7", token+"0", "Saint", ""),
			"a reader token, the same browser":   w.write(visit(elsewhere, token).with("X-Reader-Token", reader(w.T, jwt.MapClaims{"sub": "new", "exp": time.Now().Add(time.Hour).Unix()})), nil),
			"the site's server, the same /64":    w.call("POST", "/v1/comments", bearer(w.key), comment(object{"client": object{"ip": "[2001:db8:1:2::3]:80"}})),
			"the site's server, the same e-mail": w.call("POST", "/v1/comments", bearer(w.key), comment(by(object{"name": "Saint", "email": "troll@gmail.com"}))),
		} {
			if r.status != http.StatusForbidden || !strings.Contains(string(r.body), "problem:banned") {
				w.Errorf("%s: %d %s", way, r.status, r.body)
			}
		}
		attempt("2001:db8:1:3::1", "", "Neighbour", "").must(http.StatusCreated)
		attempt(elsewhere, "", "Trollope", "troll@example.org").must(http.StatusCreated)
		w.write(visit("2001:db8:1:2::8", "").with("X-Reader-Token", reader(w.T, jwt.MapClaims{"sub": "mother", "name": "Ada", "exp": time.Now().Add(time.Hour).Unix()})), nil).
			must(http.StatusCreated)

		var all items[models.BanEntry]
		w.as("bob", "GET", "/v1/bans?site=gazette", nil).into(http.StatusOK, &all)
		if len(all.Items) != 1 || all.Items[0].ID != ban.ID || all.Items[0].Reason != "insults" || all.Items[0].By != "eve" {
			w.Errorf("listed %+v", all.Items)
		}
		w.as("eve", "DELETE", "/v1/bans/"+ban.ID, nil).must(http.StatusNoContent)
		eventually(w.T, "both nodes know that it was lifted", func() bool {
			return attempt("2001:db8:1:2::1", token, "Tr\u00f6ll", "").status == 201 && attempt("2001:db8:1:2::1", token, "Tr\u00f6ll", "").status == 201
		})
	})
}
