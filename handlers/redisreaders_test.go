package handlers_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"winnow/handlers"
	"winnow/storage/redis"
	"winnow/storage/storagetest"
)

// TestRedisHoldsNoReader reads all keys and values after readers and moderators did
// what is counted.
func TestRedisHoldsNoReader(t *testing.T) {
	server := storagetest.Redis(t)
	client, err := redis.Open(t.Context(), server.URL+"?wait=5s", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	f := newTestSite(t, func(c *handlers.Config) {
		c.Limiter, c.Notifier, c.Campaigns, c.Redis = client.Limiter(), client.Notifier(), client.Campaigns(), client
	})
	p := f.post(object{
		"author": object{"id": "quill-7", "name": "Quillfeather", "email": "q@quill.example"},
		"client": object{"ip": "203.0.113.77"},
		"body":   "Write to me about the old clock in the market hall, which stopped again: @quill_clock",
	})
	f.send("POST", "/v1/comments/"+p.ID+"/flags", bearer(f.key), object{"author": object{"id": "quill-8"}})
	f.login(object{"name": "Quillmaster", "password": "a wrong password"}).must(http.StatusUnauthorized)
	f.as("eve", "PUT", "/v1/authors", object{"site": "gazette", "author_id": "quill-7", "note": "quill"}).must(http.StatusOK)

	opts, err := goredis.ParseURL(server.URL)
	f.must(err)
	db := goredis.NewClient(opts)
	defer db.Close()
	keys, err := db.Keys(t.Context(), "*").Result()
	f.must(err)
	var all strings.Builder
	for _, key := range keys {
		kind, err := db.Type(t.Context(), key).Result()
		f.must(err)
		switch kind {
		case "string":
			fmt.Fprintln(&all, key, db.Get(t.Context(), key).Val())
		case "hash":
			fmt.Fprintln(&all, key, db.HGetAll(t.Context(), key).Val())
		default:
			t.Fatalf("%s is a %s, which this test does not read", key, kind)
		}
	}
	for _, word := range []string{"quill", "203.0.113"} {
		if strings.Contains(strings.ToLower(all.String()), word) {
			t.Errorf("Redis has %q:\n%s", word, &all)
		}
	}
	if len(keys) < 3 {
		t.Errorf("nothing was counted: %q", keys)
	}
}

func TestSecurityText(t *testing.T) {
	f := newTestSite(t, func(c *handlers.Config) { c.SecurityContact = "mailto:security@gazette.example" })
	r := f.send("GET", "/.well-known/security.txt", nil, nil)
	r.must(http.StatusOK)
	if text := string(r.body); !strings.HasPrefix(text, "Contact: mailto:security@gazette.example\nExpires: 20") ||
		!strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") {
		t.Errorf("%s: %s", r.header.Get("Content-Type"), text)
	}
}
