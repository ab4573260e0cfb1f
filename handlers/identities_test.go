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
		story(newTown(t, storagetest.ReadySQLiteURL(t), func(cfg *handlers.Config) { cfg.Limiter, cfg.Notifier = limiter, notifier }))
	})
	t.Run("PostgreSQL and Redis", func(t *testing.T) {
		server := storagetest.Redis(t)
		story(newTown(t, storagetest.ReadyPostgresURL(t), func(cfg *handlers.Config) {
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
		// Next door nothing is limited.
		id := idOf(w.write(visit("2001:db8:1:3::1", ""), object{"body": "Two tugs turned the liner in the basin."}))
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
	began := time.Now() // ten more are allowed each second
	limiter := memory.NewLimiter(func() time.Time { return began })
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

	noted := func(f *testSite) bool {
		var sites items[struct {
			Slug string `json:"slug"`
			Note bool   `json:"names_no_client"`
		}]
		f.as("bob", "GET", "/v1/sites", nil).into(http.StatusOK, &sites)
		return sites.Items[1].Slug == "gazette" && sites.Items[1].Note
	}
	free := newTestSite(t, func(c *handlers.Config) { c.Rates.Address = models.Rate{} })
	r := free.send("POST", "/v1/comments", bearer(free.key), comment(nil))
	r.must(http.StatusCreated)
	if policy := r.header.Get("RateLimit-Policy"); policy != `"site";q=1000000;w=60` {
		t.Errorf("without a limit for addresses there are %s", policy)
	}
	if noted(f) || !noted(free) {
		t.Error("the newsroom is told of the site that names clients, or not of the other one")
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
		// Each time from elsewhere, so that no limit refuses it.
		bothReply := func(status int) func() bool {
			return func() bool {
				for range w.bases {
					if attempt(fmt.Sprintf("198.18.%d.1", w.turn%256), "", "Tr\u00f6ll", "").status != status {
						return false
					}
				}
				return true
			}
		}
		eventually(w.T, "both nodes know the ban", bothReply(http.StatusForbidden))
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
		eventually(w.T, "both nodes know that it was lifted", bothReply(http.StatusCreated))
	})
}

func TestARepeatedPostIsTheEarlierComment(t *testing.T) {
	inTown(t, func(w *town) {
		home := visit("2001:db8:1:2::1", "")
		once := object{"body": "The ferry was an hour late, and nobody said why."}
		key := func(h headers, k string) headers { return h.with("Idempotency-Key", k) }
		same := func(what string, r reply, id, result string) {
			w.Helper()
			if got := idOf(r); (got == id) != (result == "repeated") || r.header.Get("Winnow-Post") != result {
				w.Errorf("%s: %s as %q, the first is %s", what, got, r.header.Get("Winnow-Post"), id)
			}
		}
		first := w.write(key(home, "k1"), once)
		id, token := idOf(first), browserOf(first)
		// The answer was lost: the browser knows no token, and has moved.
		again := w.write(key(visit("198.51.100.7", ""), "k1"), once)
		same("from another address", again, id, "repeated")
		if browserOf(again) != token {
			w.Errorf("the token is %q, and was %q", browserOf(again), token)
		}
		mended := object{"body": "The ferry was two hours late, and nobody said why."}
		second := w.write(key(home, "k1"), mended)
		same("a mended word", second, id, "new")
		same("the mended word again", w.write(key(visit("198.51.100.8", ""), "k1"), mended), idOf(second), "repeated")
		same("with a token the key is another", w.write(key(visit("198.51.100.9", token), "k1"), once), id, "new")

		same("the same without a key", w.write(home, once), id, "repeated")
		same("in other letters", w.write(home, object{"body": " THE ferry was\u200b an hour   late, and nobody said why."}), id, "repeated")
		same("from the same household", w.write(visit("2001:db8:1:2:9::", ""), once), id, "repeated")
		same("by another name", w.write(home, object{"body": once["body"], "author": object{"name": "Other"}}), id, "new")
		same("from another household", w.write(visit("2001:db8:1:3::1", ""), once), id, "new")
		same("on another article", w.write(home, object{"body": once["body"], "article": object{"id": "bridge"}}), id, "new")
		same("as a reply", w.write(home, object{"body": once["body"], "parent_id": id}), id, "new")

		text := object{"body": "The ticket machine has been broken since Easter."}
		writer := w.write(visit("203.0.113.88", ""), text)
		for _, h := range []headers{visit("203.0.113.88", ""), key(visit("203.0.113.88", ""), "k3"), key(visit("203.0.113.88", ""), "k3")} {
			neighbour := w.write(h, text)
			same("the text of a neighbour", neighbour, idOf(writer), "repeated")
			if strings.Contains(string(neighbour.body), "browser_token") {
				w.Errorf("a neighbour got the writer's token: %s", neighbour.body)
			}
		}

		parent := w.write(visit("203.0.113.77", ""), object{"body": "Who waited at the pier until the end?"})
		answer := object{"body": "I did, with two sleeping children.", "parent_id": idOf(parent)}
		reply := w.write(key(home, "k2"), answer)
		w.as("eve", "POST", "/v1/comments/"+idOf(parent)+"/decision", object{"action": "reject", "reason": "other", "version": 1}).must(http.StatusOK)
		same("a reply whose parent was taken down since", w.write(key(home, "k2"), answer), idOf(reply), "repeated")
		for i := range 2 {
			server := w.call("POST", "/v1/comments", bearer(w.key), comment(object{"body": "Three times the same, without a key."}))
			if server.must(http.StatusCreated); (server.header.Get("Winnow-Post") == "repeated") != (i > 0) {
				w.Errorf("the site's server at time %d: %s", i, server.header.Get("Winnow-Post"))
			}
			if strings.Contains(string(server.body), "browser_token") {
				w.Errorf("a server got the token of a browser: %s", server.body)
			}
		}
	})
}

func TestABanOfABrowserHoldsOnEdits(t *testing.T) {
	f := newTestSite(t)
	vouched := headers{"Origin": page, "X-Reader-Token": reader(t, jwt.MapClaims{"sub": "u1", "name": "Ann", "exp": f.now().Add(time.Hour).Unix()})}
	posted := f.send("POST", "/v1/comments", vouched, comment(object{"site": "gazette"}))
	posted.must(http.StatusCreated)
	f.as("eve", "POST", "/v1/bans", object{"site": "gazette", "comment_id": idOf(posted), "kind": "ban", "on": []string{"browser"}}).must(http.StatusCreated)
	f.send("PUT", "/v1/comments/"+idOf(posted), vouched, object{"site": "gazette", "body": "Another text, without the token of the browser."}).must(http.StatusForbidden)
}

func TestBansAreForTheNewsroom(t *testing.T) {
	f := newTestSite(t)
	p := f.post(object{"client": object{"ip": "203.0.113.9"}, "author": object{"name": "Troll", "email": "troll@example.org"}})
	ban := func(change object) object {
		b := object{"site": "gazette", "kind": "ban"}
		for k, v := range change {
			b[k] = v
		}
		return b
	}
	set := func(name string, change object) reply { return f.as(name, "POST", "/v1/bans", ban(change)) }
	set("eve", nil).names("on")
	set("eve", object{"comment_id": p.ID, "on": []string{"id"}}).names("on")
	set("eve", object{"comment_id": p.ID, "kind": "kick"}).names("kind")
	set("eve", object{"address": "here"}).names("address")
	for _, network := range []string{"203.0.0.0/16", "203.0.113.0/30", "0.0.0.0/0", "2001:db8::/64", "there"} {
		set("eve", object{"network": network}).names("network")
	}
	set("eve", object{"comment_id": noID}).must(http.StatusNotFound)
	set("hanna", object{"name": "Troll"}).must(http.StatusNotFound)
	set("bob", object{"name": "Troll"}).must(http.StatusForbidden)
	set("bob", object{"name": "Troll", "kind": "shadow", "until": later(8 * 24 * time.Hour)}).must(http.StatusForbidden)
	var shadow models.BanEntry
	set("bob", object{"name": "Troll", "kind": "shadow", "until": later(6 * 24 * time.Hour)}).into(http.StatusCreated, &shadow)
	f.as("bob", "PATCH", "/v1/bans/"+shadow.ID, object{"kind": "ban"}).must(http.StatusForbidden)
	f.as("greta", "DELETE", "/v1/bans/"+shadow.ID, nil).must(http.StatusNotFound)
	if held := f.post(object{"author": object{"name": "tr\u2060oll"}}); held.Status != "pending" || held.Reason != "shadow" {
		t.Errorf("a shadowed reader's comment is %+v", held)
	}
	var edited models.BanEntry
	f.as("eve", "PATCH", "/v1/bans/"+shadow.ID, object{"kind": "ban", "until": nil, "reason": " floods "}).into(http.StatusOK, &edited)
	if edited.Kind != models.Ban || !edited.Until.IsZero() || edited.Reason != "floods" || edited.By != "eve" || len(edited.Marks) != 1 {
		t.Errorf("edited to %+v", edited)
	}
	f.send("POST", "/v1/comments", bearer(f.key), comment(by(object{"name": "Troll"}))).refused("banned", nil)
	f.as("bob", "DELETE", "/v1/bans/"+shadow.ID, nil).must(http.StatusForbidden)
	f.as("eve", "DELETE", "/v1/bans/"+shadow.ID, nil).must(http.StatusNoContent)
	f.as("eve", "DELETE", "/v1/bans/"+shadow.ID, nil).must(http.StatusNotFound)

	var wide models.BanEntry
	set("eve", object{"comment_id": p.ID, "on": []string{"network"}, "network": "198.51.100.77"}).into(http.StatusCreated, &wide)
	for ip, status := range map[string]int{"203.0.113.250": 403, "198.51.100.1": 403, "203.0.114.1": 201} {
		f.send("POST", "/v1/comments", bearer(f.key), comment(object{"client": object{"ip": ip}, "author": object{"name": "Somebody"}})).must(status)
	}
	id := f.approved("harbour", "A plain word.")
	for i := range 3 {
		f.send("POST", "/v1/comments/"+id+"/flags", bearer(f.key), object{"client": object{"ip": fmt.Sprintf("203.0.113.%d", i)}}).must(http.StatusNoContent)
	}
	c, err := f.db.Comment(t.Context(), id)
	f.must(err)
	if c.Flags != 0 {
		t.Errorf("banned readers reported it %d times", c.Flags)
	}
}
