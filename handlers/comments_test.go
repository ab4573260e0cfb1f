package handlers_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/handlers"
	"winnow/models"
)

func TestASiteKeyGetsTheVerdict(t *testing.T) {
	f := newTestSite(t)
	r := f.send("POST", "/v1/comments", bearer(f.key), comment(object{"client": object{"ip": "192.0.2.7", "user_agent": "test/1"}}))
	var p posted
	r.into(http.StatusCreated, &p)
	if p.Verdict == nil || p.Verdict.Model == "" {
		t.Errorf("no verdict for a site's key: %s", r.body)
	}
	if got := r.header.Get("Location"); got != "/v1/comments/"+p.ID {
		t.Errorf("Location %q", got)
	}
	c, err := f.db.Comment(t.Context(), p.ID)
	f.must(err)
	if c.Site != "gazette" || string(c.Status) != p.Status || c.Client.Net != "192.0.2.0/24" || len(c.Client.Hash) != 32 || c.Client.UserAgent != "test/1" {
		t.Errorf("stored %+v", c)
	}
	if strings.Contains(fmt.Sprint(c), "192.0.2.7") {
		t.Errorf("the address itself was stored: %+v", c)
	}
}

func TestAPageDoesNotGetTheVerdict(t *testing.T) {
	f := newTestSite(t)
	_, err := f.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error {
		s.Mode = models.ModePre
		return nil
	})
	f.must(err)
	send := func(change object) (string, posted) {
		r := f.send("POST", "/v1/comments", headers{"Origin": page}, comment(change))
		var p posted
		r.into(http.StatusCreated, &p)
		body := strings.ReplaceAll(string(r.body), p.ID, "")
		return body[:strings.Index(body, "created_at")], p
	}
	heldBody, held := send(object{"site": "gazette"})
	rejectedBody, rejected := send(object{"site": "gazette", "website": "https://x.example", "body": "Nobody has read this one."})
	if heldBody != rejectedBody {
		t.Errorf("a comment in the honeypot looks different: %s, %s", rejectedBody, heldBody)
	}
	if held.Verdict != nil || held.Reason != "" || held.Status != "pending" {
		t.Errorf("a page gets %+v", held)
	}
	c, err := f.db.Comment(t.Context(), rejected.ID)
	f.must(err)
	if c.Status != models.Rejected || c.Reason != models.ReasonHoneypot {
		t.Errorf("the comment in the honeypot is %s, %s", c.Status, c.Reason)
	}
	c, err = f.db.Comment(t.Context(), held.ID)
	f.must(err)
	if c.Status != models.Pending || c.Client.Hash == "" {
		t.Errorf("the pending comment is %s, its client %+v", c.Status, c.Client)
	}
}

func TestPremoderationHoldsAllComments(t *testing.T) {
	f := newTestSite(t)
	_, err := f.db.UpdateSite(t.Context(), operator, "gazette", func(s *models.Site) error {
		s.Mode = models.ModePre
		one := 1.0
		s.Thresholds = models.Thresholds{Hold: &one, Reject: &one}
		return nil
	})
	f.must(err)
	if p := f.post(nil); p.Status != "pending" || p.Reason != "premoderation" {
		t.Errorf("%s, %s", p.Status, p.Reason)
	}
}

func TestTheLongestCommentIsAcceptedInAnyEncoding(t *testing.T) {
	f := newTestSite(t)
	for _, character := range []string{"x", "\U0001F6B2", `\u00e4`, `\ud83d\udeb2`} {
		body := strings.Repeat(character, models.MaxBody)
		f.send("POST", "/v1/comments", bearer(f.key), `{"article":{"id":"harbour"},"author":{"name":"Ada"},"body":"`+body+`"}`).must(http.StatusCreated)
	}
}

func TestBadComments(t *testing.T) {
	f := newTestSite(t)
	key, fromPage := bearer(f.key), headers{"Origin": page}
	for name, test := range map[string]struct {
		headers headers
		body    any
		status  int
		fields  []string
	}{
		"an empty object":                           {key, object{}, 422, []string{"article.id", "author.name", "body"}},
		"all errors at once":                        {key, comment(object{"body": " \u200b ", "client": object{"ip": "300.1.1.1"}, "author": object{"name": "x", "email": "no"}}), 422, []string{"body", "client.ip", "author.email"}},
		"a name and a body that show nothing":       {key, comment(object{"body": "\u2800\n\u3164", "author": object{"name": "\u3164\uffa0"}}), 422, []string{"author.name", "body"}},
		"a name of one combining mark":              {key, comment(object{"author": object{"name": "\u0301"}}), 422, []string{"author.name"}},
		"too long":                                  {key, comment(object{"body": strings.Repeat("ä", models.MaxBody+1)}), 422, []string{"body"}},
		"an e-mail address that looks like another": {key, comment(object{"author": object{"name": "x", "email": "tro\u200bll@mail.example"}}), 422, []string{"author.email"}},
		"an e-mail address in full width":           {key, comment(object{"author": object{"name": "x", "email": "\uff54roll@mail.example"}}), 422, []string{"author.email"}},
		"a script as a link":                        {key, comment(object{"author": object{"name": "x", "url": "javascript:alert(1)"}}), 422, []string{"author.url"}},
		"a reply to an unknown comment":             {key, comment(object{"parent_id": "01900000-0000-7000-8000-000000000000"}), 422, []string{"parent_id"}},
		"a page that sets an author's id":           {fromPage, comment(object{"site": "gazette", "author": object{"name": "x", "id": "7"}, "client": object{"ip": "192.0.2.1"}}), 422, []string{"author.id", "client"}},
		"a bad Idempotency-Key":                     {key.with("Idempotency-Key", strings.Repeat("x", 201)), comment(nil), 422, []string{"Idempotency-Key"}},
		"the slug of another site":                  {key, comment(object{"site": "herald"}), 403, nil},
		"a duplicate field":                         {key, `{"body":"a","body":"b"}`, 400, []string{"body"}},
		"a duplicate field in another case":         {key, `{"author":{"name":"a","Name":"b"}}`, 400, []string{"author.Name"}},
		"a number for a string":                     {key, `{"author":{"name":7}}`, 400, []string{"author.name"}},
		"two requests":                              {key, `{} {}`, 400, nil},
		"a list":                                    {key, `[]`, 400, nil},
		"null":                                      {key, `null`, 400, nil},
		"not JSON":                                  {key, `{"body":`, 400, nil},
		"no body":                                   {key, ``, 400, nil},
		"bad UTF-8":                                 {key, "{\"body\":\"\xff\"}", 400, nil},
		"another charset":                           {key.with("Content-Type", "application/json; charset=latin1"), comment(nil), 415, nil},
		"another media type":                        {key.with("Content-Type", "text/plain"), comment(nil), 415, nil},
		"too large":                                 {key, comment(object{"body": strings.Repeat("x", 270_000)}), 413, nil},
		"no credentials":                            {nil, comment(object{"site": "gazette"}), 401, nil},
		"a page without a site":                     {fromPage, comment(nil), 401, nil},
		"another site's page":                       {headers{"Origin": "https://evil.example"}, comment(object{"site": "gazette"}), 403, nil},
		"a page of an unknown site":                 {fromPage, comment(object{"site": "nowhere"}), 403, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := f.send("POST", "/v1/comments", test.headers, test.body)
			r.T = t
			r.must(test.status)
			for _, field := range test.fields {
				if !strings.Contains(string(r.body), `"field":"`+field+`"`) {
					t.Errorf("no error of %s: %s", field, r.body)
				}
			}
		})
	}
}

func TestACommentOfUnknownLengthIsLimited(t *testing.T) {
	f := newTestSite(t)
	body := io.MultiReader(strings.NewReader(`{"body":"`), strings.NewReader(strings.Repeat("x", 270_000)))
	req, err := http.NewRequestWithContext(t.Context(), "POST", f.base+"/v1/comments", body)
	f.must(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+f.key)
	res, err := http.DefaultTransport.RoundTrip(req)
	f.must(err)
	f.must(res.Body.Close())
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %s", res.Status)
	}
}

func TestUnusualTextIsStored(t *testing.T) {
	f := newTestSite(t)
	p := f.post(object{"body": "  \x00 nul, \u202e turned, lone \xed\xa0\x80 \U0001F600 "})
	c, err := f.db.Comment(t.Context(), p.ID)
	f.must(err)
	if !strings.HasPrefix(c.Body, "\uFFFD nul") || !strings.HasSuffix(c.Body, "\U0001F600") {
		t.Errorf("stored %q", c.Body)
	}
}

func TestLimits(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) {
		c.Rates = handlers.Rates{
			Address: models.Rate{Count: 2, Period: time.Minute}, Author: models.Rate{Count: 3, Period: time.Minute},
			Site: models.Rate{Count: 8, Period: time.Minute},
		}
	})
	send := func(ip, author string) reply {
		return f.send("POST", "/v1/comments", bearer(f.key), comment(object{"author": object{"name": "Same Name", "id": author}, "client": object{"ip": ip}}))
	}
	for i, test := range []struct {
		ip, author string
		status     int
		limit      string
	}{
		{"2001:db8::1", "", 201, `"address";r=1;t=30`},
		{"2001:db8::2", "", 201, `"address";r=0;t=60`},
		{"2001:db8::3", "", 429, `"address";r=0;t=30`},       // the same /64
		{"2001:db8:0:1::3", "ann", 201, `"author";r=2;t=20`}, // who they are, not where
		{"192.0.2.1", "ann", 201, `"author";r=1;t=40`},
		{"192.0.2.2", "ann", 201, `"author";r=0;t=60`},
		{"192.0.2.3", "ann", 429, `"author";r=0;t=20`},
		{"", "", 201, `"site";r=2;t=45`}, // no address, a limit for all such
		{"", "", 201, `"site";r=1;t=53`},
		{"192.0.2.3", "", 201, `"site";r=0;t=60`},
		{"192.0.2.4", "", 429, `"site";r=0;t=8`},
	} {
		r := send(test.ip, test.author)
		limit := r.header.Get("RateLimit")
		// Real time passes while the test runs, so the seconds may be fewer.
		name, wait, _ := strings.Cut(limit, ";t=")
		wantName, wantWait, _ := strings.Cut(test.limit, ";t=")
		got, _ := strconv.Atoi(wait)
		most, _ := strconv.Atoi(wantWait)
		if r.status != test.status || name != wantName || got > most || got < most-20 {
			t.Fatalf("request %d: %d with %s, want %d with %s", i, r.status, limit, test.status, test.limit)
		}
		if r.status == 429 {
			r.must(429)
			if r.header.Get("Retry-After") == "" {
				t.Errorf("request %d: no Retry-After", i)
			}
		}
	}
	if got := send("192.0.2.9", "zoe").header.Get("RateLimit-Policy"); got != `"author";q=3;w=60, "site";q=8;w=60` {
		t.Errorf("RateLimit-Policy %s", got)
	}
	f.pass(time.Minute)
	if r := send("192.0.2.4", ""); r.status != 201 {
		t.Errorf("a minute later: %d", r.status)
	}
}

func TestIdempotencyKey(t *testing.T) {
	f := newTestSite(t)
	key := bearer(f.key).with("Idempotency-Key", "once")
	var first, second posted
	f.send("POST", "/v1/comments", key, comment(nil)).into(http.StatusCreated, &first)
	f.send("POST", "/v1/comments", key, comment(nil)).into(http.StatusCreated, &second)
	if first.ID != second.ID || first.Status != second.Status || second.Verdict == nil {
		t.Errorf("the same request gave %+v, then %+v", first, second)
	}
	var third posted
	mended := f.send("POST", "/v1/comments", key, comment(object{"body": "Something else."}))
	if mended.into(http.StatusCreated, &third); third.ID == first.ID || mended.header.Get("Winnow-Post") != "new" {
		t.Errorf("a mended text is %s, as %s", third.ID, mended.header.Get("Winnow-Post"))
	}
	f.send("POST", "/v1/comments", headers{"Origin": page, "Idempotency-Key": "once"}, comment(object{"site": "gazette"})).into(http.StatusCreated, &third)
	if third.ID == first.ID {
		t.Error("a page and a server share an idempotency key")
	}
}

func TestReaderToken(t *testing.T) {
	f := newTestSite(t)
	hour := time.Now().Add(time.Hour).Unix()
	good := jwt.MapClaims{"sub": "reader-7", "name": "Ann Other", "email": "ann@example.org", "exp": hour}
	send := func(token string) reply {
		return f.send("POST", "/v1/comments", headers{"Origin": page, "X-Reader-Token": token}, comment(object{"site": "gazette"}))
	}
	var p posted
	send(reader(t, good)).into(http.StatusCreated, &p)
	c, err := f.db.Comment(t.Context(), p.ID)
	f.must(err)
	if c.Author.ID != "reader-7" || c.Author.Name != "Ann Other" || c.Author.Email != "ann@example.org" {
		t.Errorf("author %+v", c.Author)
	}
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, good).SignedString(jwt.UnsafeAllowNoneSignatureType)
	f.must(err)
	other, err := jwt.NewWithClaims(jwt.SigningMethodHS512, good).SignedString([]byte(ssoSecret))
	f.must(err)
	for name, token := range map[string]string{
		"not a token":       "x.y.z",
		"no signature":      none,
		"another algorithm": other,
		"without an end":    reader(t, jwt.MapClaims{"sub": "7"}),
		"expired":           reader(t, jwt.MapClaims{"sub": "7", "exp": hour - 7200}),
		"without a subject": reader(t, jwt.MapClaims{"exp": hour}),
		"a moderator's":     f.token("ada"),
	} {
		if r := send(token); r.status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	f.send("GET", "/v1/queue", bearer(reader(t, good)), nil).must(http.StatusUnauthorized)
}

func TestFlags(t *testing.T) {
	f := newTestSite(t)
	id := f.approved("harbour", "A plain word.")
	flag := func(h headers, body object) reply { return f.send("POST", "/v1/comments/"+id+"/flags", h, body) }
	flag(bearer(f.key), object{}).names("client.ip")
	flag(bearer(f.key), object{"author": object{"id": "a"}, "reason": "taste"}).names("reason")
	flag(headers{"Origin": "https://evil.example"}, object{}).must(http.StatusNotFound)
	flag(headers{"Origin": page}, object{"author": object{"id": "a"}}).names("author.id")
	flag(nil, object{}).must(http.StatusUnauthorized)
	for range 2 { // one reader counts once
		flag(headers{"Origin": page}, object{"reason": "abuse"}).must(http.StatusNoContent)
	}
	flag(bearer(f.key), object{"author": object{"id": "a"}}).must(http.StatusNoContent)
	c, err := f.db.Comment(t.Context(), id)
	f.must(err)
	if c.Flags != 2 || c.Status != models.Approved {
		t.Fatalf("%d reports, %s", c.Flags, c.Status)
	}
	flag(bearer(f.key), object{"client": object{"ip": "192.0.2.1"}}).must(http.StatusNoContent)
	if c, err = f.db.Comment(t.Context(), id); err != nil || c.Status != models.Pending || c.Reason != models.ReasonFlagged {
		t.Errorf("after three reports: %s, %s, %v", c.Status, c.Reason, err)
	}
	flag(bearer(f.key), object{"author": object{"id": "b"}}).must(http.StatusNotFound)
}

func TestNamesAndBodiesAreStoredAsTheyRead(t *testing.T) {
	f := newTestSite(t)
	p := f.post(object{
		"author": object{"name": " \u202enimda\u200b \n Ada"},
		"body":   "The first boat." + strings.Repeat("\n", 15_000) + "\u202ethe last boat",
	})
	c, err := f.db.Comment(t.Context(), p.ID)
	f.must(err)
	if c.Author.Name != "nimda Ada" || c.Body != "The first boat.\n\n\nthe last boat" {
		t.Errorf("stored as %q: %.80q", c.Author.Name, c.Body)
	}
}
