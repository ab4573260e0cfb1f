package models

import "time"

// Report is a reader's report of a comment, as moderators see it.
type Report struct {
	Reason    Reason    `json:"reason,omitempty"` // one of a moderator's
	Words     string    `json:"words,omitempty"`  // the reader's own
	CreatedAt time.Time `json:"created_at"`
	From      Reporter  `json:"from"`
	Reader    string    `json:"reader,omitempty"` // id of a reader whom the comment's own site vouches for
	// Record is how good the last reports of the reader were; nil for a household, whose
	// reports cannot be told to be of the same one.
	Record *ReportRecord `json:"record,omitempty"`
	Answer ReportAnswer  `json:"answer"`
}

// MaxReportWords is the most characters of a reader's words.
const MaxReportWords = 1_000

// Reporter is how well a reader is known who reports a comment.
type Reporter string

const (
	ReporterVouched   Reporter = "vouched"   // a site vouches for them
	ReporterBrowser   Reporter = "browser"   // known by the token of their browser
	ReporterHousehold Reporter = "household" // known by their address alone
)

// ReportRecord is what became of the last reports of a reader on a site, at most 50.
type ReportRecord struct {
	Reports   int `json:"reports"`
	TakenDown int `json:"taken_down"` // by a decision after the report
	Kept      int `json:"kept"`       // likewise
}

// ReportAnswer is what became of a report.
type ReportAnswer string

const (
	ReportWaits     ReportAnswer = "waits"      // nobody has decided since
	ReportTakenDown ReportAnswer = "taken_down" // the comment is not public any more
	ReportKept      ReportAnswer = "kept"       // a moderator has approved it since
)

// AnswerReport returns the answer to a report of a comment that was made at a time.
// approvedAt is when a moderator last approved the comment, if that is in force.
func AnswerReport(status Status, reportedAt, approvedAt time.Time) ReportAnswer {
	switch {
	case status == Rejected:
		return ReportTakenDown
	case status == Approved && approvedAt.After(reportedAt):
		return ReportKept
	}
	return ReportWaits
}

// ReportOutcome is what a reader learns of their report.
type ReportOutcome struct {
	CommentID string       `json:"comment_id"`
	Answer    ReportAnswer `json:"answer"`
	DecidedAt *time.Time   `json:"decided_at,omitempty"` // nil: no moderator has decided
}
