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
func streamRows[T any](s *Server, c echo.Context, format, name string, columns []models.Column[T], rows iter.Seq2[T, error]) error {
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
const rowTimeout = 30 * time.Second

func writeRows[T any](res http.ResponseWriter, format string, columns []models.Column[T], row T, more bool, next func() (T, error, bool)) error {
	w, err := models.NewRowWriter(res, format, columns)
	if err != nil {
		return err
	}
	control := clearReadDeadline(res)
	for more {
		_ = control.SetWriteDeadline(time.Now().Add(rowTimeout))
		if err := w.Write(row); err != nil {
			return err
		}
		if row, err, more = next(); err != nil {
			return err
		}
	}
	return w.Flush()
}

// unhurried gives a slow reader rowPeriod for each part of a reply.
type deadlineWriter struct {
	to      http.ResponseWriter
	control *http.ResponseController
}

func (u deadlineWriter) Write(p []byte) (int, error) {
	_ = u.control.SetWriteDeadline(time.Now().Add(rowTimeout))
	return u.to.Write(p)
}

// longReply lets a reply last longer than the server waits for requests: past
// that read deadline net/http would take the client for gone.
func clearReadDeadline(res http.ResponseWriter) *http.ResponseController {
	control := http.NewResponseController(res)
	_ = control.SetReadDeadline(time.Time{}) // not every writer has deadlines; those of net/http have
	return control
}
