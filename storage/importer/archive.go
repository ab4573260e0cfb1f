package importer

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"winnow/classifier/rules"
	"winnow/models"
	"winnow/storage"
	"winnow/storage/commentfile"
)

// What only the archives of this program have: decisions, bans, settings and rules.

// keepArchived keeps a record that is neither an article, an author, a comment nor a label.
func (r *run) keepArchived(record commentfile.Record) error {
	switch {
	case record.Settings != nil:
		r.settings = record.Settings
	case record.Rules != nil:
		r.rules = record.Rules
	case record.Decision != nil:
		if err := checkDecision(*record.Decision); err != nil {
			r.bad(models.Errorf(models.KindInvalid, "%s: decision %.60q: %v", record.Place, record.Decision.ID, err))
			return nil
		}
		return r.table.add("decision", record.Decision.CommentID, record.Decision)
	case record.Ban != nil:
		if err := checkBan(*record.Ban); err != nil {
			r.bad(models.Errorf(models.KindInvalid, "%s: ban %.60q: %v", record.Place, record.Ban.ID, err))
			return nil
		}
		return r.table.add("ban", "", record.Ban)
	}
	return nil
}

// checkDecision returns what is wrong with a decision of an archive.
func checkDecision(d commentfile.Decision) error {
	if err := checkID(d.ID); err != nil {
		return err
	}
	request := models.DecisionRequest{Action: d.Action, Reason: d.Reason, Note: d.Note, Message: d.Message}
	if d.Action == models.Escalate {
		request.Action = models.Approve
	}
	switch {
	case d.OldStatus != models.Approved && d.OldStatus != models.Pending && d.OldStatus != models.Rejected:
		return models.Errorf(models.KindInvalid, "old_status is no status")
	case !plausible(d.CreatedAt) || d.UndoneAt != nil && !plausible(*d.UndoneAt):
		return models.Errorf(models.KindInvalid, "it has no time, or one of another century")
	case len(d.Moderator) > maxWord || len(d.UndoneBy) > maxWord || len(d.Detail) > maxWord || len(d.OldReason) > maxWord:
		return models.Errorf(models.KindInvalid, "a name or reason is too long")
	}
	return request.Validate()
}

// checkBan returns what is wrong with a ban of an archive. Whether it has ended shows when it
// is imposed.
func checkBan(b models.BanEntry) error {
	if err := checkID(b.ID); err != nil {
		return err
	}
	if !plausible(b.At) || !b.Until.IsZero() && b.Until.Year() > 9999 || len(b.By) > maxWord {
		return models.Errorf(models.KindInvalid, "its times or the name of who imposed it cannot be right")
	}
	b.Until = time.Time{}
	return b.Validate(b.At)
}

// maxWord bounds names and reasons, in bytes.
const maxWord = 300

func checkID(id string) error {
	if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id {
		return models.Errorf(models.KindInvalid, "its id is no UUID")
	}
	return nil
}

func plausible(at time.Time) bool { return at.Year() >= 1990 && at.Year() <= 2200 }

// recordID is the id of a decision, ban, batch or label here. Those of an archive of this
// site stay.
func (r *run) recordID(id string) string {
	parsed, err := uuid.Parse(id)
	if err != nil || storage.IsOfSite(id, r.opt.Site) {
		return id
	}
	return storage.MovedID(r.opt.Site, r.opt.Source, parsed)
}

// writeSettings gives the site settings and rules, unless somebody has set them here.
func (r *run) writeSettings() (err error) {
	if r.opt.WithoutSettings {
		return nil
	}
	if r.settings != nil {
		if r.summary.Settings, err = r.db.ImportSettings(r.ctx, r.by, r.opt.Site, *r.settings, r.opt.DryRun); r.left("settings", err) != nil {
			return err
		}
	}
	if r.rules != nil {
		if _, err = rules.CompileDocument(*r.rules); err == nil {
			r.summary.Rules, err = r.db.ImportRules(r.ctx, r.by, r.opt.Site, *r.rules, r.opt.DryRun)
		}
		return r.left("rules", err)
	}
	return nil
}

// left counts what is wrong with a part of an archive as a bad record, and returns what is
// wrong otherwise.
func (r *run) left(what string, err error) error {
	if models.KindOf(err) == models.KindInvalid {
		r.bad(models.Errorf(models.KindInvalid, "the %s cannot be taken: %v", what, err))
		return nil
	}
	return err
}

// archivedRow is a record of the temporary file, and its comment.
type archivedRow struct {
	seq     int64
	data    string
	key     string
	comment sql.NullString // JSON; NULL: there is none in the file
	at      sql.NullInt64
}

// eachArchived calls do with the records of a kind, some at a time.
func (r *run) eachArchived(kind string, do func([]archivedRow) error) error {
	for after := int64(0); ; {
		page, err := list(r.table, func(rows *sql.Rows) (a archivedRow, err error) {
			return a, rows.Scan(&a.seq, &a.data, &a.key, &a.comment, &a.at)
		}, `SELECT l.seq, l.data, l.comment, c.data, c.at FROM archived l LEFT JOIN comment c ON c.key = l.comment AND l.comment <> ''
			WHERE l.kind = ? AND l.seq > ? ORDER BY l.seq LIMIT ?`, kind, after, batchSize)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].seq
		if err := do(page); err != nil {
			return err
		}
	}
}

// writeDecisions stores the decisions on the comments of the file.
func (r *run) writeDecisions() error {
	return r.eachArchived("decision", func(page []archivedRow) error {
		var batch []storage.ArchivedDecision
		for _, row := range page {
			if !row.comment.Valid {
				r.leaveOut("decision on a comment that is not there")
				continue
			}
			var from commentfile.Decision
			var c commentfile.Comment
			if err := cmp.Or(json.Unmarshal([]byte(row.data), &from), json.Unmarshal([]byte(row.comment.String), &c)); err != nil {
				return err
			}
			d := storage.ArchivedDecision{Decision: from.Decision, OldStatus: from.OldStatus, OldReason: from.OldReason, CommentUpdatedAt: c.UpdatedAt}
			if c.UpdatedAt.Before(c.CreatedAt) {
				d.CommentUpdatedAt = c.CreatedAt
			}
			d.Site, d.ID, d.CommentID = r.opt.Site, r.recordID(from.ID), r.id(row.key, row.at.Int64)
			if d.Batch != "" && d.ID != from.ID {
				d.Batch = r.recordID(from.Batch)
			}
			d.Moderator, d.UndoneBy, d.Detail = models.Clean(d.Moderator), models.Clean(d.UndoneBy), models.Clean(d.Detail)
			batch = append(batch, d)
		}
		added, err := r.db.ImportDecisions(r.ctx, r.opt.Site, batch, r.opt.DryRun)
		r.summary.Decisions += added
		return err
	})
}

// writeBans imposes the bans.
func (r *run) writeBans() error {
	if r.opt.WithoutSettings {
		return nil
	}
	return r.eachArchived("ban", func(page []archivedRow) error {
		var batch []models.BanEntry
		for _, row := range page {
			var b models.BanEntry
			if err := json.Unmarshal([]byte(row.data), &b); err != nil {
				return err
			}
			b.Site, b.ID, b.Reason, b.By = r.opt.Site, r.recordID(b.ID), models.Clean(b.Reason), models.Clean(b.By)
			for i, m := range b.Marks {
				b.Marks[i].Label = models.Clean(m.Label)
			}
			batch = append(batch, b)
		}
		added, err := r.db.ImportBans(r.ctx, r.opt.Site, batch, r.opt.DryRun)
		r.summary.Bans += added
		return err
	})
}
