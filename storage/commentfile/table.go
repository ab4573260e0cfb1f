package commentfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"winnow/classifier/labelfile"
	"winnow/models"
)

// TableOptions say how a table is read, for what it does not show by itself.
type TableOptions struct {
	Columns   map[string]string // column by field; see ParseColumns
	Separator rune              // 0: found
	Encoding  string            // "": found
	DateOrder labelfile.DateOrder
}

// columnNames are the fields of a table, and the names of columns that are taken for them,
// the first of them first.
var columnNames = map[string][]string{
	"id":           {"id", "comment_id", "nr"},
	"parent":       {"parent", "parent_id", "reply_to", "in_reply_to", "comment_parent"},
	"article":      {"article", "article_id", "post_id", "page_id", "thread_id", "story_id", "thread", "page", "story"},
	"url":          {"url", "article_url", "page_url", "permalink", "link"},
	"title":        {"title", "article_title", "page_title", "headline"},
	"section":      {"section"},
	"text":         {"text", "body", "comment", "content", "message", "comment_text", "comment_body", "comment_content", "kommentar", "nachricht"},
	"author":       {"author", "author_name", "name", "user_name", "username", "nickname", "nick", "user", "autor"},
	"author_id":    {"author_id", "user_id"},
	"author_email": {"author_email", "email", "e_mail", "mail"},
	"author_url":   {"author_url", "website", "homepage"},
	"status":       {"status", "state", "approved"},
	"created_at":   {"created_at", "created", "date", "datetime", "timestamp", "time", "published_at", "posted_at", "datum"},
	"updated_at":   {"updated_at", "updated", "edited_at"},
}

// states are the values of the column status.
var states = map[string]models.Status{
	"": models.Approved, "approved": models.Approved, "approve": models.Approved, "published": models.Approved, "visible": models.Approved,
	"1": models.Approved, "true": models.Approved, "yes": models.Approved,
	"pending": models.Pending, "waiting": models.Pending, "held": models.Pending, "hold": models.Pending, "unapproved": models.Pending,
	"0": models.Pending, "false": models.Pending, "no": models.Pending,
	"rejected": models.Rejected, "spam": models.Rejected, "trash": models.Rejected, "deleted": models.Rejected, "removed": models.Rejected, "hidden": models.Rejected,
}

// ParseColumns reads pairs such as "text=Kommentar,author=Name".
func ParseColumns(pairs string) (map[string]string, error) {
	columns := map[string]string{}
	var bad models.Invalid
	for pair := range strings.SplitSeq(pairs, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		field, column, ok := strings.Cut(pair, "=")
		field, column = strings.TrimSpace(field), strings.TrimSpace(column)
		if _, known := columnNames[field]; !ok || !known || column == "" {
			bad.Add("columns", "must be pairs such as text=Kommentar, with the fields %s, not %.40q", strings.Join(slices.Sorted(maps.Keys(columnNames)), ", "), pair)
			continue
		}
		columns[field] = column
	}
	return columns, bad.Err()
}

// placeOf names a row.
func placeOf(line int) string { return fmt.Sprintf(":%d", line) }
