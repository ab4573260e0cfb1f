package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

// TestHotStatementsTouchOnePartition: what readers and moderators of a site wait for is done
// in one partition, or by one node of a distributed engine, however many there are.
func TestHotStatementsTouchOnePartition(t *testing.T) {
	h := newPartitioned(t)
	for name, use := range map[string]func(context.Context){
		"post": h.post, "page": h.page, "queue": h.queue, "claim": h.claim, "decide": h.decide, "undo": h.undo, "detail": h.detail,
		"redact": h.redact, "reply": h.reply, "foreign clients": h.foreignClients,
	} {
		h.forget()
		use(t.Context())
		statements := h.forget()
		found := 0
		for text, args := range statements {
			touched := h.touched(text, args)
			found += len(touched)
			if len(touched) > 1 || len(touched) == 1 && touched[0] != h.partition {
				t.Errorf("%s touches the partitions %v, and the site is in %s:\n\t%s", name, touched, h.partition, text)
			}
		}
		if found < 3 {
			t.Errorf("%s: only %d statements touch a partition", name, found)
		}
	}
}

// partitioned is a database on partitions, with what is needed for each kind of statement.
type partitioned struct {
	*storage.DB
	t         *testing.T
	ann       models.Caller
	raw       *sql.DB
	partition string // of the site

	mu   sync.Mutex
	seen map[string][]any
}

func newPartitioned(t *testing.T) *partitioned {
	t.Helper()
	url := storagetest.PartitionedPostgresURL(t)
	h := &partitioned{t: t, ann: models.Caller{Kind: models.ByModerator, Name: "ann"}, raw: storagetest.Raw(t, url), seen: map[string][]any{}}
	h.DB = storagetest.Open(t, url, storage.Traced(storage.Options{}, func(text string, args []any) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.seen[text] = args
	}))
	for _, site := range []string{"gazette", "tribune", "herald", "courier", "mercury", "observer"} { // in several partitions
		_, err := h.AddSite(t.Context(), models.Caller{Kind: models.ByCommand}, models.Site{Slug: site})
		h.must(err)
		for range 3 {
			h.create(t.Context(), site, models.Pending, "")
			h.create(t.Context(), site, models.Approved, "")
		}
	}
	h.must(h.raw.QueryRowContext(t.Context(), `SELECT right(tableoid::regclass::text, 1) FROM comments WHERE site = 'gazette' LIMIT 1`).Scan(&h.partition))
	var used int
	h.must(h.raw.QueryRowContext(t.Context(), `SELECT count(DISTINCT tableoid) FROM comments`).Scan(&used))
	if used < 2 {
		t.Fatal("all sites are in one partition")
	}
	return h
}

func (h *partitioned) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// forget returns the statements that were seen, each with its last arguments.
func (h *partitioned) forget() map[string][]any {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := h.seen
	h.seen = map[string][]any{}
	return seen
}

// plainInsert matches statements that add rows, each of which goes where its site is.
var plainInsert = regexp.MustCompile(`^INSERT INTO \w+ \([^()]*\) (VALUES|SELECT .* FROM unnest)`)

// touched returns the numbers of the partitions that a statement reads or changes. It is run
// once more, and taken back: that shows what is left out only when values are known.
func (h *partitioned) touched(text string, args []any) (numbers []string) {
	h.t.Helper()
	if !regexp.MustCompile(`^\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b`).MatchString(text) || plainInsert.MatchString(text) {
		return nil
	}
	tx, err := h.raw.BeginTx(h.t.Context(), nil)
	h.must(err)
	defer func() { h.must(tx.Rollback()) }()
	found, err := tx.QueryContext(h.t.Context(), "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "+text, args...)
	if err != nil {
		h.t.Fatalf("%v in %s", err, text)
	}
	defer found.Close()
	seen := map[string]bool{}
	for found.Next() {
		var step string
		h.must(found.Scan(&step))
		part := regexp.MustCompile(` on \w+_part(\d)`).FindStringSubmatch(step)
		if part != nil && !strings.Contains(step, "never executed") && !seen[part[1]] {
			seen[part[1]], numbers = true, append(numbers, part[1])
		}
	}
	h.must(found.Err())
	return numbers
}

func (h *partitioned) create(ctx context.Context, site string, status models.Status, parent string) models.Comment {
	h.t.Helper()
	c, _, _, err := h.CreateComment(ctx, storage.NewComment{
		Comment: models.Comment{
			Site: site, Article: models.Article{ID: "a"}, Author: models.Author{Name: "Ada"}, Body: "the new quay", Status: status, ParentID: parent,
		},
		Campaign:       models.Campaign{ID: "campaign of " + site, Count: 2},
		IdempotencyKey: fmt.Sprint(time.Now().UnixNano()),
	})
	h.must(err)
	return c
}

func (h *partitioned) post(ctx context.Context) {
	h.create(ctx, "gazette", models.Approved, h.create(ctx, "gazette", models.Approved, "").ID)
}

func (h *partitioned) page(ctx context.Context) {
	_, err := h.ArticleComments(ctx, "gazette", "a", true, 10, "")
	h.must(err)
	_, err = h.ArticleVersion(ctx, "gazette", "a")
	h.must(err)
	threads, err := h.Threads(ctx, "gazette", "a", storage.ThreadsBest, 10, "")
	h.must(err)
	a := models.ArticleRef{Site: "gazette", Article: "a"}
	_, err = h.ThreadReplies(ctx, a, threads.Threads[0].ID, 10, "")
	h.must(err)
	_, err = h.CommentThread(ctx, a, threads.Threads[0].ID)
	h.must(err)
	_, err = h.ArticleCounts(ctx, "gazette", []string{"a"})
	h.must(err)
}

func (h *partitioned) queue(ctx context.Context) {
	for _, f := range []models.QueueFilter{{}, {Sort: models.SortOldest}, {Author: "Ada"}, {Article: "a"}, {Grouped: true}} {
		f.Site = "gazette"
		page, err := h.Queue(ctx, h.ann, f)
		h.must(err)
		if len(page.Items) == 0 {
			h.t.Errorf("nothing waits for %+v", f)
		}
	}
}

func (h *partitioned) claim(ctx context.Context) {
	claimed, err := h.Claim(ctx, h.ann, models.QueueFilter{Site: "gazette", Limit: 1}, time.Minute)
	h.must(err)
	id := claimed[0].Comment.ID
	_, _, err = h.Renew(ctx, h.ann, []string{id}, time.Minute)
	h.must(err)
	h.must(h.Release(ctx, h.ann, []string{id}))
}

func (h *partitioned) decide(ctx context.Context) {
	held := h.create(ctx, "gazette", models.Pending, "")
	h.forget()
	_, _, err := h.Decide(ctx, h.ann, held.ID, models.DecisionRequest{Action: models.Approve})
	h.must(err)
}

func (h *partitioned) undo(ctx context.Context) {
	held := h.create(ctx, "gazette", models.Pending, "")
	d, _, err := h.Decide(ctx, h.ann, held.ID, models.DecisionRequest{Action: models.Reject})
	h.must(err)
	h.forget()
	_, _, err = h.Undo(ctx, h.ann, d.ID)
	h.must(err)
}

func (h *partitioned) detail(ctx context.Context) {
	_, err := h.Detail(ctx, h.ann, h.create(ctx, "gazette", models.Pending, "").ID)
	h.must(err)
}

func (h *partitioned) redact(ctx context.Context) {
	c := h.create(ctx, "gazette", models.Approved, "")
	h.forget()
	c, err := h.Redact(ctx, h.ann, c.ID, models.Redaction{Version: c.Version, Spans: [][2]int{{0, 1}}, Mark: "x"})
	h.must(err)
	_, err = h.UndoRedaction(ctx, h.ann, c.ID, c.Version)
	h.must(err)
	_, err = h.FeatureComment(ctx, h.ann, c.ID, true)
	h.must(err)
}

func (h *partitioned) reply(ctx context.Context) {
	c := h.create(ctx, "gazette", models.Approved, "")
	h.forget()
	reply, err := h.ReplyAsNewsroom(ctx, h.ann, c.ID, "r", "key")
	h.must(err)
	text := "s"
	_, err = h.ChangeReply(ctx, h.ann, reply.ID, storage.ReplyChange{Body: &text})
	h.must(err)
}

func (h *partitioned) foreignClients(ctx context.Context) {
	for range 2 {
		_, err := h.AddAkismetCheck(ctx, models.AkismetCheck{Site: "gazette", ID: "1", Content: "c", Blog: "news.example", Recheck: true})
		h.must(err)
	}
	label := models.Label{Text: "c", Label: models.Spam, Site: "gazette"}
	h.must(h.CorrectAkismet(ctx, models.KeyCaller("gazette", "main"), "", "c", "news.example", label))
	_, err := h.AkismetMonth(ctx, "gazette", h.Now())
	h.must(err)
	_, err = h.AkismetMonths(ctx, "gazette", "news.example", h.Now())
	h.must(err)
}
