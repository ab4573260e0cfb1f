package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"winnow/storage/storagetest"
)

// invariants are queries that must always count 0 rows.
var invariants = map[string]string{
	"comments that are decided twice": `SELECT count(*) FROM (SELECT comment_id FROM decisions WHERE undone_at IS NULL GROUP BY comment_id HAVING count(*) > 1) x`,
	"sites whose counter is wrong":    `SELECT count(*) FROM site_counts s WHERE s.pending <> (SELECT count(*) FROM comments c WHERE c.site = s.site AND c.status = 'pending')`,
	"pending comments that are decided": `SELECT count(*) FROM comments c JOIN decisions d ON d.comment_id = c.id AND d.undone_at IS NULL
		WHERE c.status <> CASE d.action WHEN 'approve' THEN 'approved' ELSE 'rejected' END`,
	"decided comments that are claimed": `SELECT count(*) FROM comments WHERE status <> 'pending' AND lease_by <> ''`,
}

// checkInvariants checks the invariants, also under load.
func (r *moderatorLoad) checkInvariants(url string) {
	r.t.Helper()
	db := storagetest.Raw(r.t, url)
	defer db.Close()
	for what, query := range invariants {
		n := 0
		if err := db.QueryRow(query).Scan(&n); err != nil || n > 0 {
			r.t.Errorf("%s: %d, %v", what, n, err)
		}
	}
}

// auditState is the state of a comment according to the audit trail.
type auditState struct {
	Status  string
	Reason  string
	Version int
	decided int // decisions that are not undone
}

// checkAudit checks the audit trail: its chain is valid, each row begins with the
// state in which the last row of the same comment ended, no comment has two decisions
// at a time, and the last state is that of the database.
func (r *moderatorLoad) checkAudit(url string) {
	r.t.Helper()
	if out := must(r.t, "", "audit", "verify", "--database="+url); !strings.Contains(out, "all chains valid") {
		r.t.Errorf("audit verify: %s", out)
	}
	states := map[string]auditState{}
	storagetest.Each(r.t, storagetest.Raw(r.t, url), `SELECT subject || ' ' || action, before, after FROM audit WHERE action IN ('comment.approve', 'comment.reject', 'comment.escalate', 'comment.undo') ORDER BY n`,
		func(row, before, after string) {
			id, action, _ := strings.Cut(row, " ")
			last, seen := states[id]
			was, now := auditState{decided: last.decided}, auditState{decided: last.decided}
			for text, s := range map[string]*auditState{before: &was, after: &now} {
				if err := json.Unmarshal([]byte(text), s); err != nil {
					r.t.Fatalf("audit row %s: %v", row, err)
				}
			}
			if seen && was != last || !seen && (was.Status != "pending" || was.Version != 1) {
				r.t.Errorf("%s began with %+v, after %+v", row, was, last)
			}
			switch {
			case action == "comment.approve" || action == "comment.reject":
				now.decided++
			case action == "comment.undo" && was.Status != "pending":
				now.decided--
			}
			if now.decided < 0 || now.decided > 1 || now.Version != was.Version+1 {
				r.t.Errorf("%s: %+v became %+v", row, was, now)
			}
			states[id] = now
		})
	storagetest.Each(r.t, storagetest.Raw(r.t, url), `SELECT id, status || ' ' || reason, version || ' ' || (SELECT count(*) FROM decisions d WHERE d.comment_id = c.id AND d.undone_at IS NULL) FROM comments c WHERE site = 'held'`,
		func(id, is, counts string) {
			if s, ok := states[id]; ok && (is != s.Status+" "+s.Reason || counts != fmt.Sprint(s.Version, " ", s.decided)) {
				r.t.Errorf("%s is %s, %s; its trail ends with %+v", id, is, counts, s)
			} else if !ok && counts != "1 0" {
				r.t.Errorf("%s is %s, %s, and has no audit row", id, is, counts)
			}
		})
}

// checkAcknowledged compares the database with the record: every acknowledged comment,
// decision and undo is there. Others are allowed only for requests whose reply was
// lost.
func (r *moderatorLoad) checkAcknowledged(url string) {
	r.t.Helper()
	comments, _ := r.rows(url)
	r.checkComments(comments)
	found := map[string]bool{}
	storagetest.Each(r.t, storagetest.Raw(r.t, url), `SELECT id, comment_id || ' ' || batch, CASE WHEN undone_at IS NULL THEN '' ELSE 'undone' END FROM decisions`, func(id, of, undone string) {
		found[id] = true
		comment, batch, _ := strings.Cut(of, " ")
		if known := r.decided[id]; known != comment && (known != "" || !r.uncertain[comment]) {
			r.t.Errorf("decision %s on %s was acknowledged for %q", id, comment, known)
		}
		if r.undone[id] != (undone != "") && (undone == "" || !r.uncertain[id] && !r.uncertain[batch]) {
			r.t.Errorf("decision %s is %q, that it was undone was acknowledged: %v", id, undone, r.undone[id])
		}
	})
	for id, comment := range r.decided {
		if !found[id] {
			r.t.Errorf("decision %s on %s was acknowledged and is missing", id, comment)
		}
	}
}

// checkCounters compares the counters of the server with the rows.
func (r *moderatorLoad) checkCounters(url string) {
	r.t.Helper()
	storagetest.Counters(r.t, url)
	r.checkInvariants(url)
	db := storagetest.Raw(r.t, url)
	var pending, readable int
	// An approved reply below a comment whose approval was undone is not shown.
	if err := db.QueryRow(`SELECT count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE status = 'approved' AND h.comment_id IS NULL)
		FROM comments c LEFT JOIN hidden_replies h ON h.comment_id = c.id WHERE c.site = 'held'`).Scan(&pending, &readable); err != nil {
		r.t.Fatal(err)
	}
	session := r.must(http.StatusOK, "POST", "/v1/auth/login", "", "", object{"name": loginName(0), "password": passPhrase})
	token, _ := session["access_token"].(string)
	if queue := r.must(http.StatusOK, "GET", "/v1/queue?site=held&limit=1", token, "", nil); queue["total"] != float64(pending) {
		r.t.Errorf("the queue counts %v comments, %d are pending", queue["total"], pending)
	}
	public := 0.0
	for n := range 5 {
		page := r.must(http.StatusOK, "GET", fmt.Sprint("/v1/comments?site=held&article=article-", n), "", "", nil)
		total, _ := page["total"].(float64)
		public += total
	}
	if public != float64(readable) {
		r.t.Errorf("the pages count %v comments, %d may be read", public, readable)
	}
}
