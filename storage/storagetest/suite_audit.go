package storagetest

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage"
)

var auditTests = map[string]func(*testing.T, *fixture){
	"the chains verify, also after new rows": func(t *testing.T, l *fixture) {
		var seen int64
		heads := must(l.VerifyAudit(l.ctx, nil, func(row, of int64) {
			seen++
			equal(t, "row", row, seen)
			equal(t, "of", of, 2)
		}))(t)
		equal(t, "rows seen", seen, 2) // of the two sites
		equal(t, "heads", fmt.Sprint(must(l.AuditHeads(l.ctx, ann))(t)), fmt.Sprint(heads))
		equal(t, "the heads that eve sees", fmt.Sprint(must(l.AuditHeads(l.ctx, eve))(t)), fmt.Sprint([]models.AuditHead{heads[0], heads[2]}))
		l.decisions(t, 3)
		equal(t, "rows of the gazette", l.verify(t, heads[1].Hash, heads[2].Hash)[1].Seq, 4)
		equal(t, "rows of the tribune", l.verify(t)[2], heads[2])
	},
	"a batch is chained in its order": func(t *testing.T, l *fixture) {
		var ids []string
		for range 40 {
			ids = append(ids, l.post(t).ID)
		}
		_, done, _, err := l.DecideBatch(l.ctx, ann, ids, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		equal(t, "rows", l.verify(t)[1].Seq, int64(1+len(done)))
		at := 0
		for a, err := range l.AuditTrail(l.ctx, "", done[0].CreatedAt) {
			ok(t, err)
			equal(t, "subject", a.Subject, done[at].CommentID)
			at++
			equal(t, "seq", a.Seq, int64(at+1))
		}
		equal(t, "in the trail", at, len(done))
	},
	"a row has no place until it is sealed": func(t *testing.T, l *fixture) {
		l.decisions(t, 1)
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "comment.approve"})
		ok(t, err)
		equal(t, "seq", rows[0].Seq, 0)
		equal(t, "hash", rows[0].Hash, "")
		ok(t, l.SealAudit(l.ctx))
		rows, _, err = l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "comment.approve"})
		ok(t, err)
		equal(t, "seq", rows[0].Seq, 2)
		equal(t, "hash", rows[0].Hash, must(l.AuditHeads(l.ctx, ann))(t)[1].Hash)
	},
	"a manipulated row is reported by its number": func(t *testing.T, l *fixture) {
		l.decisions(t, 600) // more than one page
		heads := l.verify(t)
		const columns = `chain, seq, id, at, actor, site, action, subject, address, before, after, hash`
		const gazette = ` AND chain = 'gazette'`
		added := func(seq string) string {
			return `INSERT INTO audit (` + columns + `) SELECT chain, ` + seq + strings.TrimPrefix(columns, "chain, seq") + ` FROM audit WHERE seq = 1` + gazette
		}
		swap := strings.ReplaceAll(`UPDATE audit SET seq = 4000 WHERE seq = 4 AND; UPDATE audit SET seq = 4 WHERE seq = 5 AND; UPDATE audit SET seq = 5 WHERE seq = 4000 AND`, " AND", gazette)
		for _, test := range []struct {
			name, do, undo string
			seq            int64
			want           string
		}{
			{
				"a changed text", `UPDATE audit SET actor = 'moderator:bob' WHERE seq = 7`,
				`UPDATE audit SET actor = 'moderator:ann' WHERE seq = 7`, 7, "changed",
			},
			{
				"the same JSON in other words", `UPDATE audit SET after = ' ' || after WHERE seq = 550`,
				`UPDATE audit SET after = substr(after, 2) WHERE seq = 550`, 550, "changed",
			},
			{
				"a text moved to the next column", `UPDATE audit SET action = action || subject, subject = '' WHERE seq = 9`,
				`UPDATE audit SET subject = substr(action, 16), action = 'comment.approve' WHERE seq = 9`, 9, "changed",
			},
			{"a row put before the first", added("-1"), `DELETE FROM audit WHERE seq = -1`, -1, "before the first"},
			{"a row put after the last", added("602"), `DELETE FROM audit WHERE seq = 602`, 602, "after the head"},
			{"two rows swapped", swap, swap, 4, "changed"},
			{
				"a row of another site", `UPDATE audit SET site = 'tribune' WHERE seq = 6`,
				`UPDATE audit SET site = 'gazette' WHERE seq = 6`, 6, "another site",
			},
			{
				"a head that points elsewhere", `UPDATE audit_heads SET hash = (SELECT hash FROM audit WHERE seq = 3) WHERE chain = 'gazette'`,
				`UPDATE audit_heads SET hash = (SELECT hash FROM audit WHERE seq = 601) WHERE chain = 'gazette'`, 601, "head",
			},
			{"a row put in", `UPDATE audit SET seq = seq + 1000 WHERE seq > 300; UPDATE audit SET seq = seq - 999 WHERE seq > 1000; ` + added("301") + `;
				UPDATE audit_heads SET seq = seq + 1 WHERE chain = 'gazette'`, `DELETE FROM audit WHERE seq = 301; UPDATE audit SET seq = seq + 1000 WHERE seq > 300;
				UPDATE audit SET seq = seq - 1001 WHERE seq > 1000; UPDATE audit_heads SET seq = seq - 1 WHERE chain = 'gazette'`, 301, "changed"},
			{"a removed row", `DELETE FROM audit WHERE seq = 501`, "", 501, "missing"},
		} {
			l.tamper(t, test.do)
			l.broken(t, test.seq, test.want)
			if test.undo != "" {
				l.tamper(t, test.undo)
				equal(t, test.name+", put right", fmt.Sprint(l.verify(t)), fmt.Sprint(heads))
			}
		}
	},
	"a truncated chain is detected with an external hash": func(t *testing.T, l *fixture) {
		l.decisions(t, 5)
		head := l.verify(t)[1]
		l.tamper(t, `DELETE FROM audit WHERE seq > 4`)
		l.broken(t, 5, "missing")
		l.tamper(t, `UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4) WHERE chain = 'gazette'`)
		equal(t, "rows", l.verify(t)[1].Seq, 4) // undetectable from the database alone
		l.broken(t, 0, head.Hash, head.Hash)
		l.decisions(t, 3)
		l.broken(t, 0, head.Hash, head.Hash)
		l.tamper(t, `DELETE FROM audit_heads WHERE chain = 'gazette'`)
		l.broken(t, 0, "head is missing")
		l.tamper(t, `DELETE FROM audit WHERE chain = 'gazette'`)
		l.broken(t, 0, "head is missing")
	},
	"the head of the installation proves the other chains": func(t *testing.T, l *fixture) {
		ok(t, l.RecordAuditHeads(l.ctx))
		heads := l.verify(t)
		equal(t, "rows of the installation", heads[0].Seq, 1)
		ok(t, l.RecordAuditHeads(l.ctx))
		equal(t, "heads, as nothing has grown", fmt.Sprint(l.verify(t)), fmt.Sprint(heads))
		l.decisions(t, 5)
		ok(t, l.RecordAuditHeads(l.ctx))
		equal(t, "rows of the installation", l.verify(t)[0].Seq, 2)
		l.tamper(t, `DELETE FROM audit WHERE seq > 4; UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4) WHERE chain = 'gazette'`)
		l.broken(t, 0, "computed anew")
	},
	"several nodes extend the chains, and seal them at the same time": func(t *testing.T, l *fixture) {
		nodes := []*storage.DB{l.DB, Open(t, l.url, storage.Options{})}
		const people, each = 16, 12
		var ids [people * each]string
		for i := range ids {
			ids[i] = l.post(t, onArticle(strconv.Itoa(i%3)), onSite([]string{"gazette", "tribune"}[i%2])).ID
		}
		together(people+2, func(p int) {
			if p >= people {
				for range 30 {
					if err := nodes[p%2].SealAudit(l.ctx); err != nil {
						t.Error(err)
					}
				}
				return
			}
			db, who := nodes[p%len(nodes)], models.Caller{Kind: models.ByModerator, Name: fmt.Sprint("m", p)}
			for n := range each {
				mine := ids[p*each+n]
				if n%4 == 3 {
					// Other nodes change some of these too, in another order.
					if _, _, _, err := db.DecideBatch(l.ctx, who, []string{mine, ids[n], ids[(p*each+n+50)%len(ids)]}, models.DecisionRequest{Action: models.Reject}); err != nil {
						t.Error(err)
					}
					continue
				}
				d, _, err := db.Decide(l.ctx, who, mine, models.DecisionRequest{Action: models.Approve})
				if err != nil {
					t.Error(err)
				}
				if _, _, err := db.Undo(l.ctx, who, d.ID); n%5 == 0 && models.KindOf(err) == models.KindInternal {
					t.Error(err)
				}
			}
		})
		rows := 2 // the sites
		for _, n := range l.count(t, `SELECT count(*) FROM decisions`, `SELECT count(*) FROM decisions WHERE undone_at IS NOT NULL`) {
			rows += n
		}
		for _, h := range l.verify(t) {
			rows -= int(h.Seq)
		}
		equal(t, "rows that are in no chain", rows, 0)
	},
	"the trail is filtered by time, subject and kind of action": func(t *testing.T, l *fixture) {
		l.decisions(t, 3)
		from := l.clock.Now()
		c := l.post(t)
		d, _, err := l.Decide(l.ctx, bob, c.ID, models.DecisionRequest{Action: models.Reject})
		ok(t, err)
		_, _, err = l.Undo(l.ctx, bob, d.ID)
		ok(t, err)
		to := l.clock.Now()
		_, _, err = l.Decide(l.ctx, bob, l.post(t, onSite("tribune")).ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
		for _, test := range []struct {
			by   models.Caller
			f    models.AuditFilter
			want string
		}{
			{ann, models.AuditFilter{Action: "comment.*"}, "approve undo reject approve approve approve"},
			{ann, models.AuditFilter{Action: "comment.*", Site: "gazette"}, "undo reject approve approve approve"},
			{eve, models.AuditFilter{Action: "*"}, "approve add"},
			{ann, models.AuditFilter{Action: "comment.un*"}, "undo"},
			{ann, models.AuditFilter{Action: "no*"}, ""},
			{ann, models.AuditFilter{Subject: c.ID}, "undo reject"},
			{ann, models.AuditFilter{Since: from, Until: to}, "undo reject"},
			{ann, models.AuditFilter{Until: from, Action: "comment.approve"}, "approve approve approve"},
			{ann, models.AuditFilter{Since: to, Actor: "moderator:bob"}, "approve"},
		} {
			var got []string
			for _, test.f.Limit = range []int{1, 2, 50} {
				got = nil
				for more := true; more; more = test.f.Cursor != "" {
					rows, next, err := l.AuditPage(l.ctx, test.by, test.f)
					ok(t, err)
					for _, a := range rows {
						got = append(got, a.Action[strings.Index(a.Action, ".")+1:])
					}
					test.f.Cursor = next
				}
				equal(t, fmt.Sprintf("%+v", test.f), strings.Join(got, " "), test.want)
			}
		}
		_, _, err = l.AuditPage(l.ctx, ann, models.AuditFilter{Cursor: "odd"})
		wantKind(t, err, models.KindInvalid)
	},
	"addresses of readers are not stored": func(t *testing.T, l *fixture) {
		c := l.post(t, approved)
		reader := models.Caller{Kind: models.ByOrigin, Site: "gazette", Address: netip.MustParseAddr("192.0.2.7")}
		for _, who := range []string{"author u1", "author u2", "author u3"} {
			_, err := l.Flag(l.ctx, reader, c.ID, storage.Report{Who: who})
			ok(t, err)
		}
		rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "comment.hold_reported"})
		ok(t, err)
		equal(t, "address", rows[0].Address, "")
	},
	"the trail has actor, action and address": func(t *testing.T, l *fixture) {
		start := l.clock.Now()
		caller := models.Caller{Kind: models.ByModerator, Name: "ann", Address: netip.MustParseAddr("192.0.2.7")}
		for i := range 5 {
			ok(t, l.Audit(l.ctx, caller, models.Audit{Site: "gazette", Action: "labels.export", Subject: strconv.Itoa(i), After: []byte(`{"n":1}`)}))
		}
		ok(t, l.Audit(l.ctx, caller, models.Audit{Action: "login", Subject: "ann\x00"}))
		var subjects []string
		for cursor, more := "", true; more; more = cursor != "" {
			rows, next, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Site: "gazette", Action: "labels.export", Actor: "moderator:ann", Limit: 2, Cursor: cursor})
			ok(t, err)
			for _, a := range rows {
				subjects = append(subjects, a.Subject)
				equal(t, "address", a.Address, "192.0.2.7")
				equal(t, "after", string(a.After), `{"n":1}`)
			}
			cursor = next
		}
		if !slices.Equal(subjects, []string{"4", "3", "2", "1", "0"}) {
			t.Fatal(subjects)
		}
		streamed := 0
		for a, err := range l.AuditTrail(l.ctx, "", start) {
			ok(t, err)
			equal(t, "actor", a.Actor, "moderator:ann")
			streamed++
		}
		equal(t, "streamed", streamed, 6)
		rows, _, err := l.AuditPage(l.ctx, eve, models.AuditFilter{})
		ok(t, err)
		equal(t, "eve sees her site being added", len(rows), 1)
		_, _, err = l.AuditPage(l.ctx, eve, models.AuditFilter{Site: "gazette"})
		wantKind(t, err, models.KindNotFound)
	},
}

// decisions adds n rows to the trail.
func (l *fixture) decisions(t testing.TB, n int) {
	t.Helper()
	for range n {
		_, _, err := l.Decide(l.ctx, ann, l.post(t).ID, models.DecisionRequest{Action: models.Approve})
		ok(t, err)
	}
}

// verify checks the chains, and that they have the hashes, and returns their heads:
// those of the installation, the gazette and the tribune.
func (l *fixture) verify(t testing.TB, expect ...string) []models.AuditHead {
	t.Helper()
	return must(l.VerifyAudit(l.ctx, expect, func(int64, int64) {}))(t)
}

// broken checks that the chain of the gazette is reported as broken.
func (l *fixture) broken(t testing.TB, seq int64, want string, expect ...string) {
	t.Helper()
	_, err := l.VerifyAudit(l.ctx, expect, func(int64, int64) {})
	var broken *storage.BrokenChain
	if !errors.As(err, &broken) || broken.Seq != seq || !strings.Contains(broken.Problem, want) || (len(expect) == 0 && broken.Site != "gazette") {
		t.Fatalf("want row %d and %q, got %v", seq, want, err)
	}
}

// tamper changes the database directly.
func (l *fixture) tamper(t testing.TB, statements string) {
	t.Helper()
	for _, s := range strings.Split(statements, ";") {
		if _, err := Raw(t, l.url).ExecContext(l.ctx, s); err != nil {
			t.Fatalf("%v in %s", err, s)
		}
	}
}

func (l *fixture) count(t testing.TB, queries ...string) []int {
	t.Helper()
	counts := make([]int, len(queries))
	for i, q := range queries {
		ok(t, Raw(t, l.url).QueryRowContext(l.ctx, q).Scan(&counts[i]))
	}
	return counts
}
