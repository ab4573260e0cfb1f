package handlers

import (
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// exportLabels streams what people found texts to be, oldest first, for
// training elsewhere. Labels without a site are for those who see all sites.
func (s *Server) exportLabels(c echo.Context) error {
	q := queryOf(c)
	site, since, format := q.site(), q.time("since"), q.oneOf("format", "jsonl", "csv")
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	if err := s.auditExport(c, "labels", site, format, since); err != nil {
		return err
	}
	return stream(s, c, format, "labels", models.LabelColumns, func(yield func(models.Label, error) bool) {
		for l, err := range s.db.Labels(ctx, site, since) {
			if err == nil && !by.Sees(l.Site) {
				continue
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	})
}

// auditExport notes that rows are about to leave the house; written before, so
// that an export that is cut off is noted too.
func (s *Server) auditExport(c echo.Context, what, site, format string, since time.Time) error {
	after, err := json.Marshal(struct {
		Format string    `json:"format"`
		Since  time.Time `json:"since,omitzero"`
	}{format, since})
	if err != nil {
		return fmt.Errorf("describe the export of %s: %w", what, err)
	}
	return s.db.Audit(c.Request().Context(), caller(c), models.Audit{
		Site: site, Action: what + ".export", Subject: what, After: after,
	})
}

// stream replies with rows as they come, as JSON Lines or CSV. A failure
// before the first row is a problem; a later one cuts the connection, so that
// nobody takes the part for the whole.
func stream[T any](s *Server, c echo.Context, format, name string, columns []models.Column[T], rows iter.Seq2[T, error]) error {
	next, stop := iter.Pull2(rows)
	defer stop()
	row, err, more := next()
	if err != nil {
		return err
	}
	res := c.Response()
	res.Header().Set("Content-Type", map[string]string{"jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8"}[format])
	res.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.%s"`, name, format))
	res.Header().Set("Cache-Control", "no-store")
	res.WriteHeader(http.StatusOK)
	if err := writeRows(res, format, columns, row, more, next); err != nil {
		s.log.WarnContext(c.Request().Context(), "export aborted", "export", name, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// rowPeriod is how long a slow reader may take for one row.
const rowPeriod = 30 * time.Second

func writeRows[T any](res http.ResponseWriter, format string, columns []models.Column[T], row T, more bool, next func() (T, error, bool)) error {
	w, err := models.NewRowWriter(res, format, columns)
	if err != nil {
		return err
	}
	control := longReply(res)
	for more {
		_ = control.SetWriteDeadline(time.Now().Add(rowPeriod))
		if err := w.Write(row); err != nil {
			return err
		}
		if row, err, more = next(); err != nil {
			return err
		}
	}
	return w.Flush()
}
