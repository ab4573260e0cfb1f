package main

import (
	"fmt"
	"net/http"
	"strings"

	"winnow/storage/storagetest"
)

// checkDatabase compares the database with the record of a stopped load: it must have
// everything that was acknowledged, once, and nothing else.
func (l *load) checkDatabase(url string) {
	l.t.Helper()
	comments, decisions := l.rows(url)
	l.checkComments(comments)
	for id, want := range l.decisions {
		if found := decisions[id]; len(found) != 1 || found[0].status != want.status || want.id != "" && found[0].id != want.id {
			l.t.Errorf("the decision %v on %s was acknowledged, the database has %v", want, id, found)
		}
	}
	if len(decisions) != len(l.decisions) {
		l.t.Errorf("%d comments are decided, %d decisions were acknowledged", len(decisions), len(l.decisions))
	}
	storagetest.Counters(l.t, url)
	db := storagetest.Raw(l.t, url)
	for what, query := range map[string]string{
		"idempotency keys without a comment":       `SELECT count(*) FROM idempotency i LEFT JOIN comments c ON c.id = i.comment_id AND c.site = i.site WHERE c.id IS NULL`,
		"comments without exactly one key":         `SELECT count(*) FROM (SELECT c.id FROM comments c LEFT JOIN idempotency i ON i.comment_id = c.id AND i.key NOT LIKE 'same %' GROUP BY c.id HAVING count(i.key) <> 1) x`,
		"comments without exactly one event":       `SELECT count(*) FROM (SELECT c.id FROM comments c LEFT JOIN events e ON e.subject = c.id AND e.kind = 'comment.created' GROUP BY c.id HAVING count(e.kind) <> 1) x`,
		"articles whose version is too low":        `SELECT count(*) FROM articles WHERE version < 1 + approved`,
		"comments that differ from their decision": `SELECT count(*) FROM decisions d JOIN comments c ON c.id = d.comment_id WHERE c.version <> 2 OR (d.action = 'approve') <> (c.status = 'approved')`,
		"decisions without exactly one label":      `SELECT count(*) FROM (SELECT d.id FROM decisions d LEFT JOIN labels l ON l.id = d.id GROUP BY d.id HAVING count(l.id) <> 1) x`,
		"decisions without audit row":              `SELECT count(*) FROM decisions d LEFT JOIN audit a ON a.subject = d.comment_id AND a.action = 'comment.' || d.action WHERE a.id IS NULL`,
	} {
		n := 0
		if err := db.QueryRow(query).Scan(&n); err != nil || n > 0 {
			l.t.Errorf("%s: %d, %v", what, n, err)
		}
	}
	if strings.HasPrefix(url, "sqlite:") {
		result := ""
		if err := db.QueryRow("PRAGMA integrity_check").Scan(&result); err != nil || result != "ok" {
			l.t.Errorf("integrity check: %s, %v", result, err)
		}
	}
	l.t.Logf("%d comments and %d decisions acknowledged and found; %d requests without a reply, %d refused", len(l.comments), len(l.decisions), l.failed, l.refused)
}

// checkComments compares comments, ids by text, with the acknowledged ones.
func (l *load) checkComments(comments map[string][]string) {
	l.t.Helper()
	for text, id := range l.comments {
		if found := comments[text]; len(found) != 1 || found[0] != id {
			l.t.Errorf("%q was acknowledged as %s, the database has %v", text, id, found)
		}
	}
	for text, found := range comments {
		if _, known := l.comments[text]; !known {
			l.t.Errorf("%q (%v) was never acknowledged", text, found)
		}
	}
}

// rows returns the ids of comments by text, and the decisions by comment.
func (l *load) rows(url string) (comments map[string][]string, decisions map[string][]madeDecision) {
	l.t.Helper()
	comments, decisions = map[string][]string{}, map[string][]madeDecision{}
	raw := storagetest.Raw(l.t, url)
	storagetest.Each(l.t, raw, `SELECT body, id, '' FROM comments WHERE site IN ('held', 'free')`, func(text, id, _ string) {
		comments[text] = append(comments[text], id)
	})
	storagetest.Each(l.t, raw, `SELECT comment_id, id, CASE action WHEN 'approve' THEN 'approved' ELSE 'rejected' END FROM decisions`, func(comment, id, status string) {
		decisions[comment] = append(decisions[comment], madeDecision{id, status})
	})
	return comments, decisions
}

// checkReplies compares replies of the server with the record.
func (l *load) checkReplies() {
	l.t.Helper()
	public, requested := 0, 0
	for text, id := range l.comments {
		if requested++; requested > 100 {
			break
		}
		detail := l.must(http.StatusOK, "GET", "/v1/comments/"+id, l.tokens[0], "", nil)
		if c, _ := detail["comment"].(object); c["body"] != text || l.decisions[id].status != "" && c["status"] != l.decisions[id].status {
			l.t.Errorf("%s is not as acknowledged: %v", id, detail)
		}
	}
	for _, d := range l.decisions {
		if d.status == "approved" {
			public++
		}
	}
	shown := 0
	for n := range 5 {
		page := l.must(http.StatusOK, "GET", fmt.Sprint("/v1/comments?site=held&article=article-", n), "", "", nil)
		total, _ := page["total"].(float64)
		shown += int(total)
	}
	if shown != public {
		l.t.Errorf("the pages count %d comments, %d were approved", shown, public)
	}
}
