// Package storage keeps everything that must not be lost, in SQLite or in
// PostgreSQL.
package storage

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"winnow/models"
)

// Options are what a DB takes from its surroundings. The zero value is usable.
type Options struct {
	Now func() time.Time // time.Now when nil
	Log *slog.Logger     // discards when nil
}

// DB keeps everything. It is safe for concurrent use.
type DB struct{}

// NewComment is a comment to keep, with what the classifier said of it.
type NewComment struct {
	Comment        models.Comment
	Verdict        models.Verdict
	IdempotencyKey string // scoped to the site, kept for 24 hours; empty: none
	Fingerprint    []byte // of the request, to tell a repetition from another one
}

// Detail is one comment with all that a moderator may want to know of it.
type Detail struct {
	Comment models.Comment    `json:"comment"`
	Verdict models.Verdict    `json:"verdict"`
	Context models.Context    `json:"context"`
	History []models.Decision `json:"history"`
	Thread  []models.Comment  `json:"thread"`
	Claim   *models.Claim     `json:"claim,omitempty"`
}

// ArticlePage is one page of an article's approved comments.
type ArticlePage struct {
	Article  models.Article
	Version  int64
	Total    int // approved comments of the article
	Comments []models.Comment
	Next     string // cursor of the next page; empty on the last
}

// Stats are the figures of one site, or of all that the caller sees.
type Stats struct {
	Pending         int              `json:"pending"`
	OldestPendingAt *time.Time       `json:"oldest_pending_at,omitempty"`
	Days            []Day            `json:"days"`       // the last 30, oldest first, UTC
	Moderators      []ModeratorCount `json:"moderators"` // over the same 30 days
	Agreement       Agreement        `json:"agreement"`  // over the same 30 days
}

// Day counts what happened on one day. Approved, Rejected and Held count what
// the machine did with the day's comments; Decisions counts people's.
type Day struct {
	Day       string `json:"day"` // YYYY-MM-DD, UTC
	Comments  int    `json:"comments"`
	Approved  int    `json:"approved"`
	Rejected  int    `json:"rejected"`
	Held      int    `json:"held"`
	Decisions int    `json:"decisions"`
}

// ModeratorCount counts one moderator's decisions that stand.
type ModeratorCount struct {
	Moderator string `json:"moderator"`
	Approved  int    `json:"approved"`
	Rejected  int    `json:"rejected"`
}

// Agreement counts decisions that stand by what the machine had wanted.
type Agreement struct {
	ApprovedApproved int `json:"approved_approved"` // machine approved, moderator too
	ApprovedRejected int `json:"approved_rejected"`
	HeldApproved     int `json:"held_approved"`
	HeldRejected     int `json:"held_rejected"`
	RejectedApproved int `json:"rejected_approved"`
	RejectedRejected int `json:"rejected_rejected"`
}

func Open(ctx context.Context, url string, opt Options) (*DB, error) { panic("todo") }
func (db *DB) Close() error                                          { panic("todo") }
func (db *DB) Ping(ctx context.Context) error                        { panic("todo") }
func (db *DB) Migrate(ctx context.Context) (applied int, err error)  { panic("todo") }
func (db *DB) Secret(ctx context.Context, given []byte) ([]byte, error) {
	panic("todo")
}

func (db *DB) AddSite(ctx context.Context, by models.Caller, s models.Site) (key string, err error) {
	panic("todo")
}
func (db *DB) Sites(ctx context.Context) ([]models.Site, error)               { panic("todo") }
func (db *DB) Site(ctx context.Context, slug string) (models.Site, error)     { panic("todo") }
func (db *DB) SiteByKey(ctx context.Context, key string) (models.Site, error) { panic("todo") }
func (db *DB) RotateSiteKey(ctx context.Context, by models.Caller, slug string) (key string, err error) {
	panic("todo")
}

func (db *DB) UpdateSite(ctx context.Context, by models.Caller, slug string, change func(*models.Site) error) (models.Site, error) {
	panic("todo")
}

func (db *DB) AddModerator(ctx context.Context, by models.Caller, m models.Moderator) error {
	panic("todo")
}
func (db *DB) Moderators(ctx context.Context) ([]models.Moderator, error) { panic("todo") }
func (db *DB) Moderator(ctx context.Context, name string) (models.Moderator, error) {
	panic("todo")
}

func (db *DB) UpdateModerator(ctx context.Context, by models.Caller, name string, change func(*models.Moderator) error) (models.Moderator, error) {
	panic("todo")
}

func (db *DB) StartSession(ctx context.Context, moderator string, ttl time.Duration) (refresh string, err error) {
	panic("todo")
}

func (db *DB) RefreshSession(ctx context.Context, refresh string, ttl time.Duration) (m models.Moderator, next string, err error) {
	panic("todo")
}
func (db *DB) EndSession(ctx context.Context, refresh string) error { panic("todo") }

func (db *DB) CreateComment(ctx context.Context, n NewComment) (c models.Comment, v models.Verdict, replayed bool, err error) {
	panic("todo")
}
func (db *DB) Comment(ctx context.Context, id string) (models.Comment, error) { panic("todo") }
func (db *DB) Detail(ctx context.Context, by models.Caller, id string) (Detail, error) {
	panic("todo")
}

func (db *DB) ArticleVersion(ctx context.Context, site, article string) (int64, error) {
	panic("todo")
}

func (db *DB) ArticleComments(ctx context.Context, site, article string, newestFirst bool, limit int, cursor string) (ArticlePage, error) {
	panic("todo")
}

func (db *DB) ArticleCounts(ctx context.Context, site string, articles []string) (map[string]int, error) {
	panic("todo")
}

func (db *DB) Flag(ctx context.Context, by models.Caller, id, who, reason string) (models.Comment, error) {
	panic("todo")
}

func (db *DB) LabelCounts(ctx context.Context, site string) (map[models.Class]int, error) {
	panic("todo")
}

func (db *DB) Queue(ctx context.Context, by models.Caller, f models.QueueFilter) (models.QueuePage, error) {
	panic("todo")
}

func (db *DB) Claim(ctx context.Context, by models.Caller, f models.QueueFilter, lease time.Duration) ([]models.QueueItem, error) {
	panic("todo")
}
func (db *DB) Release(ctx context.Context, by models.Caller, ids []string) error { panic("todo") }
func (db *DB) Decide(ctx context.Context, by models.Caller, id string, d models.DecisionRequest) (models.Decision, models.Comment, error) {
	panic("todo")
}

func (db *DB) DecideAll(ctx context.Context, by models.Caller, ids []string, d models.DecisionRequest) (batch string, done []models.Decision, failed map[string]error, err error) {
	panic("todo")
}

func (db *DB) Undo(ctx context.Context, by models.Caller, id string) ([]models.Decision, []models.Comment, error) {
	panic("todo")
}

func (db *DB) Labels(ctx context.Context, site string, since time.Time) iter.Seq2[models.Label, error] {
	panic("todo")
}

func (db *DB) ImportLabels(ctx context.Context, by models.Caller, rows iter.Seq2[models.Label, error]) (added, known int, err error) {
	panic("todo")
}

func (db *DB) Comments(ctx context.Context, site string, since time.Time) iter.Seq2[models.Comment, error] {
	panic("todo")
}

func (db *DB) AuditTrail(ctx context.Context, site string, since time.Time) iter.Seq2[models.Audit, error] {
	panic("todo")
}

func (db *DB) AuditPage(ctx context.Context, by models.Caller, site, action, actor string, limit int, cursor string) (rows []models.Audit, next string, err error) {
	panic("todo")
}
func (db *DB) Audit(ctx context.Context, by models.Caller, a models.Audit) error { panic("todo") }
func (db *DB) Stats(ctx context.Context, by models.Caller, site string) (Stats, error) {
	panic("todo")
}

func (db *DB) AddModel(ctx context.Context, by models.Caller, info models.ModelInfo, data []byte) error {
	panic("todo")
}
func (db *DB) Models(ctx context.Context) ([]models.ModelInfo, error) { panic("todo") }
func (db *DB) ModelData(ctx context.Context, version string) ([]byte, error) {
	panic("todo")
}
func (db *DB) LiveModel(ctx context.Context) (models.ModelInfo, error) { panic("todo") }
func (db *DB) PromoteModel(ctx context.Context, by models.Caller, version string) (models.ModelInfo, error) {
	panic("todo")
}

func (db *DB) RollbackModel(ctx context.Context, by models.Caller) (models.ModelInfo, error) {
	panic("todo")
}

func (db *DB) EventsSince(ctx context.Context, after string, limit int) ([]models.Event, error) {
	panic("todo")
}

// Purge removes what has had its time: idempotency keys and events of more
// than a day ago, and ended sessions. It returns the number of rows.
func (db *DB) Purge(ctx context.Context) (int64, error) { panic("todo") }
