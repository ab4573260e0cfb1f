package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"winnow/handlers"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/memory"
)

func TestAdminsExportAndEraseReaders(t *testing.T) {
	f := newTestSite(t)
	author := object{"author": object{"id": "u1", "name": "Ada L", "email": "ada@example.org"}}
	p := f.post(author)
	path := "/v1/readers?site=gazette&author_id=u1"
	for name, test := range map[string]struct {
		who, path string
		status    int
	}{
		"an editor":        {"eve", path, 403},
		"an unknown site":  {"ada", "/v1/readers?site=tribune&author_id=u1", 404},
		"nobody is named":  {"ada", "/v1/readers?site=gazette", 422},
		"no site is named": {"ada", "/v1/readers?author_id=u1", 422},
		"two identities":   {"ada", path + "&email=ada@example.org", 422},
	} {
		for _, method := range []string{"GET", "DELETE"} {
			r := f.send(method, test.path, bearer(f.token(test.who)), nil)
			if r.status != test.status {
				t.Errorf("%s, %s: status %d, want %d: %s", name, method, r.status, test.status, r.body)
			}
		}
	}
	admin := bearer(f.token("ada"))
	var got struct {
		Comments []models.ReaderComment
		Reports  []models.ReaderReport
	}
	f.send("GET", "/v1/readers?site=gazette&email="+url.QueryEscape("ada@example.org"), admin, nil).into(http.StatusOK, &got)
	if len(got.Comments) != 1 || got.Comments[0].ID != p.ID || got.Comments[0].Verdict.Model == "" || got.Reports == nil {
		t.Errorf("exported %+v", got)
	}
	public := func() string {
		return string(f.send("GET", "/v1/comments?site=gazette&article=harbour", nil, nil).body)
	}
	if !strings.Contains(public(), "Ada L") {
		t.Fatalf("the page has no comment: %s", public())
	}
	var gone models.Erasure
	f.send("DELETE", path, admin, nil).into(http.StatusOK, &gone)
	if gone.Comments != 1 || !strings.HasPrefix(gone.Subject, "reader:") {
		t.Errorf("erased %+v", gone)
	}
	if strings.Contains(public(), "Ada L") {
		t.Errorf("it is still on the page: %s", public())
	}
	f.send("POST", "/v1/comments/"+p.ID+"/decision", admin, object{"action": "approve"}).must(http.StatusConflict)
	f.send("GET", "/v1/comments/"+p.ID, admin, nil).must(http.StatusOK)

	// Of somebody who has no id the name is all that there is.
	nameless := f.post(object{"author": object{"name": "Ilse Brandt"}})
	byName := "/v1/readers?site=gazette&name=" + url.QueryEscape("Ilse Brandt")
	f.send("GET", byName, admin, nil).into(http.StatusOK, &got)
	if len(got.Comments) != 1 || got.Comments[0].ID != nameless.ID {
		t.Errorf("exported by name: %+v", got)
	}
	if f.send("DELETE", byName, admin, nil).into(http.StatusOK, &gone); gone.Comments != 1 {
		t.Errorf("erased by name: %+v", gone)
	}
}

// nextPeriod moves the clock to an hour before the key of addresses changes,
// and returns how to go past that.
func (f *testSite) nextPeriod() (cross func()) {
	period := storage.AddressPeriod(f.now())
	for storage.AddressPeriod(f.now().Add(time.Hour)) == period {
		f.pass(time.Hour)
	}
	return func() { f.pass(2 * time.Hour) }
}

func TestAddressHashesChangeWithThePeriod(t *testing.T) {
	f := newTestSite(t)
	cross := f.nextPeriod()
	hash := func(ip string) string {
		c, err := f.db.Comment(t.Context(), f.post(object{"client": object{"ip": ip}}).ID)
		f.must(err)
		return c.Client.Hash
	}
	first := hash("192.0.2.7")
	if hash("192.0.2.7") != first || hash("192.0.2.8") == first {
		t.Error("within a period, equal hashes do not mean equal addresses")
	}
	fromPage := headers{"Origin": page, "Idempotency-Key": "k1"}
	var once, again posted
	f.send("POST", "/v1/comments", fromPage, comment(object{"site": "gazette"})).into(http.StatusCreated, &once)
	report := func() {
		f.send("POST", "/v1/comments/"+once.ID+"/flags", headers{"Origin": page}, object{"reason": "spam"}).must(http.StatusNoContent)
	}
	report()
	cross()
	if hash("192.0.2.7") == first {
		t.Error("the key did not change")
	}
	f.send("POST", "/v1/comments", fromPage, comment(object{"site": "gazette"})).into(http.StatusCreated, &again)
	if again.ID != once.ID {
		t.Error("a repeated request was not recognised")
	}
	report()
	c, err := f.db.Comment(t.Context(), once.ID)
	f.must(err)
	if c.Flags != 1 {
		t.Errorf("one reader reported %d times", c.Flags)
	}
}

// recordingLimiter is a limiter that records the keys of the limits.
type recordingLimiter struct {
	handlers.Limiter
	mu   sync.Mutex
	keys []string
}

func (l *recordingLimiter) Allow(ctx context.Context, limits ...models.Limit) (models.Allowance, error) {
	l.mu.Lock()
	for _, limit := range limits {
		l.keys = append(l.keys, limit.Key)
	}
	l.mu.Unlock()
	return l.Limiter.Allow(ctx, limits...)
}

func TestNoAddressLeavesTheProcess(t *testing.T) {
	limiter := &recordingLimiter{Limiter: memory.NewLimiter(time.Now)}
	f := newTestSite(t, func(c *handlers.Config) { c.Limiter = limiter })
	p := f.post(object{"client": object{"ip": "192.0.2.7"}})
	f.post(object{"client": object{"ip": "2001:db8:1:2:3::4"}})
	f.send("POST", "/v1/comments/"+p.ID+"/flags", headers{"Origin": page, "X-Reader-Token": reader(t, jwt.MapClaims{
		"sub": "u1", "exp": time.Now().Add(time.Hour).Unix(),
	})}, object{}).must(http.StatusNoContent)
	f.send("POST", "/v1/auth/login", nil, object{"name": "ada", "password": "wrong"}).must(http.StatusUnauthorized)
	if len(limiter.keys) < 6 {
		t.Fatalf("only %q were counted", limiter.keys)
	}
	for _, key := range limiter.keys {
		if strings.Contains(key, "192.0.2") || strings.Contains(key, "2001:db8") || strings.Contains(key, "127.0.0.1") {
			t.Errorf("the limiter got %q", key)
		}
	}
}
