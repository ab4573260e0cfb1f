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

// auditExport writes the export into the audit trail. It is called before the
// first row is sent, so that an aborted export is in the trail as well.
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

// streamRows replies with rows as they are read, as JSON Lines or CSV. An error
// before the first row becomes a problem; a later one closes the connection, so
// that the client does not take a part for the whole.
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

// rowTimeout is how long writing one row to a slow client may take.
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

// deadlineWriter gives a slow client rowTimeout for each write.
type deadlineWriter struct {
	to      http.ResponseWriter
	control *http.ResponseController
}

func (u deadlineWriter) Write(p []byte) (int, error) {
	_ = u.control.SetWriteDeadline(time.Now().Add(rowTimeout))
	return u.to.Write(p)
}

// clearReadDeadline lets a reply last longer than the server's read timeout: at
// that deadline net/http would cancel the request as if the client had left.
func clearReadDeadline(res http.ResponseWriter) *http.ResponseController {
	control := http.NewResponseController(res)
	_ = control.SetReadDeadline(time.Time{}) // an error means that the writer has no deadlines; those of net/http have
	return control
}
