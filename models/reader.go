package models

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"
	"unicode/utf8"
)

// Reader names the person whose data is meant on one site, by one of three: the
// id that the site vouches for, the e-mail address given with comments, or the
// name given with comments that have no id.
type Reader struct {
	Site  string `json:"site"`
	ID    string `json:"id,omitempty"`
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
}

// Validate checks that the site and exactly one of the three are given.
func (r Reader) Validate() error {
	var bad Invalid
	if !ValidSlug(r.Site) {
		bad.Add("site", "must name a site")
	}
	named := 0
	for field, value := range map[string]string{"author_id": r.ID, "email": r.Email, "name": r.Name} {
		if utf8.RuneCountInString(value) > MaxURL {
			bad.Add(field, "is too long")
		}
		if !Blank(value) {
			named++
		}
	}
	if named != 1 {
		bad.Add("author_id", "exactly one of author_id, email and name is required")
	}
	return bad.Err()
}

// ReaderComment is a comment in the export of its author's data.
type ReaderComment struct {
	Comment
	Verdict   Verdict          `json:"verdict"`
	Decisions []ReaderDecision `json:"decisions"` // oldest first
	Labels    []Label          `json:"labels"`    // of its text
	Revisions []Revision       `json:"revisions"` // its earlier texts
	Appeal    *ReaderAppeal    `json:"appeal,omitempty"`
	Opinion   *Opinion         `json:"opinion,omitempty"` // of a service, on a text that was held
}

// ReaderAppeal is an appeal without the moderator whose decision it is against.
type ReaderAppeal struct {
	Words     string    `json:"words,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// ReaderDecision is a decision without the moderator who made it.
type ReaderDecision struct {
	Action    Action     `json:"action"`
	Reason    Reason     `json:"reason,omitempty"`
	Note      string     `json:"note,omitempty"`
	Message   string     `json:"message,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	UndoneAt  *time.Time `json:"undone_at,omitempty"`
}

// ReaderState is what a newsroom has set for a reader, without who set it, and what the reader
// has asked for.
type ReaderState struct {
	Note   string       `json:"note,omitempty"`
	Kind   SanctionKind `json:"sanction,omitempty"`
	Reason string       `json:"reason,omitempty"`
	At     time.Time    `json:"at,omitzero"`
	Until  time.Time    `json:"until,omitzero"`
	// Mail is what the reader has asked to be told by mail.
	Mail []MailSubscription `json:"mail,omitempty"`
}

// ReaderReport is a report that a reader made.
type ReaderReport struct {
	CommentID string    `json:"comment_id"`
	Reason    Reason    `json:"reason,omitempty"`
	Words     string    `json:"words,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// Erasure counts what was erased of a reader. Subject is the keyed hash that
// stands for the reader in the audit trail.
type Erasure struct {
	Subject  string `json:"subject"`
	Comments int    `json:"comments"`
	Labels   int    `json:"labels"`
	Reports  int    `json:"reports"`
}

// WriteReader writes all data of a reader as one indented JSON object: reader,
// exported_at, standing, comments, reports. It keeps one comment in memory at a
// time.
func WriteReader(w io.Writer, r Reader, at time.Time, state ReaderState, comments iter.Seq2[ReaderComment, error], reports iter.Seq2[ReaderReport, error]) error {
	head, err := json.MarshalIndent(r, "  ", "  ")
	if err != nil {
		return err
	}
	stateJSON, err := json.MarshalIndent(state, "  ", "  ")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\n  \"reader\": %s,\n  \"exported_at\": %q,\n  \"standing\": %s,\n", head, timeText(at), stateJSON); err != nil {
		return err
	}
	if err := writeList(w, "comments", comments); err != nil {
		return err
	}
	if _, err := io.WriteString(w, ",\n"); err != nil {
		return err
	}
	if err := writeList(w, "reports", reports); err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n}\n")
	return err
}

func writeList[T any](w io.Writer, name string, rows iter.Seq2[T, error]) error {
	if _, err := fmt.Fprintf(w, "  %q: [", name); err != nil {
		return err
	}
	between := "\n    "
	for row, err := range rows {
		if err != nil {
			return err
		}
		text, err := json.MarshalIndent(row, "    ", "  ")
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s%s", between, text); err != nil {
			return err
		}
		between = ",\n    "
	}
	_, err := io.WriteString(w, "]")
	return err
}
