package handlers

import (
	"errors"
	"iter"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/classifier/labelfile"
	"winnow/models"
)

// maxLabels bounds a file of labels, in bytes.
const maxLabels = 64 << 20

// maxBadRows is how many bad rows a reply lists.
const maxBadRows = 1000

// badRow is a row that was not imported.
type badRow struct {
	Line int    `json:"line"` // where it begins, from 1
	Why  string `json:"why"`
}

// importReply is the result of importLabels.
type importReply struct {
	Added   int      `json:"added"`
	Known   int      `json:"known"` // had been imported before, or are twice in the file
	BadRows int      `json:"bad_rows"`
	Bad     []badRow `json:"bad"`               // the first of them
	Stopped string   `json:"stopped,omitempty"` // why the rest of the file could not be read
}

// labelKinds are the formats of importLabels, each with a file name that stands for it.
var labelKinds = map[string]string{
	"application/jsonl": "rows.jsonl", "application/x-ndjson": "rows.jsonl", "text/csv": "rows.csv",
}

// importLabels stores labels from a file while it is received. Bad rows do not keep
// the others out, and a file may be sent again.
func (s *Server) importLabels(c echo.Context) error {
	q := queryOf(c)
	site := q.site()
	if err := q.err(); err != nil {
		return err
	}
	req, by := c.Request(), caller(c)
	if err := s.visible(req.Context(), by, site); err != nil {
		return err
	}
	if site == "" && !by.CanSee("") {
		return invalid("site", "must be given by those who see some sites only")
	}
	kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")) // "" when it cannot be parsed
	name := labelKinds[kind]
	if name == "" {
		return models.Errorf(models.KindMediaType, "Content-Type must be application/jsonl or text/csv")
	}
	done, err := s.uploads.begin()
	if err != nil {
		return err
	}
	defer done()
	clearReadDeadline(c.Response())
	reply := importReply{Bad: []badRow{}}
	addBad := func(err error) {
		reply.BadRows++
		if len(reply.Bad) < maxBadRows {
			reply.Bad = append(reply.Bad, badRowOf(err, name))
		}
	}
	rows := labelfile.Read(idleReader{req.Body, http.NewResponseController(c.Response())}, name, labelfile.Options{Skip: addBad})
	reply.Added, reply.Known, err = s.db.ImportLabels(req.Context(), by, onSite(rows, site))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge(large.Limit)
	case models.KindOf(err) == models.KindInvalid && reply.Added+reply.Known > 0:
		reply.Stopped = badRowOf(err, name).Why
	case err != nil:
		return err
	}
	return c.JSON(http.StatusOK, reply)
}

// onSite gives all rows a site, unless it is "".
func onSite(rows iter.Seq2[models.Label, error], site string) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for l, err := range rows {
			if site != "" {
				l.Site = site
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

// badRowOf takes an error of labelfile.Read apart: "name:line: why".
func badRowOf(err error, name string) badRow {
	text := strings.TrimPrefix(err.Error(), name+":")
	number, why, found := strings.Cut(text, ": ")
	line, numberErr := strconv.Atoi(number)
	if !found || numberErr != nil {
		return badRow{Why: text}
	}
	return badRow{line, why}
}

// idleReader gives a slow client rowTimeout for each part of the request.
type idleReader struct {
	from    interface{ Read([]byte) (int, error) }
	control *http.ResponseController
}

func (r idleReader) Read(p []byte) (int, error) {
	_ = r.control.SetReadDeadline(time.Now().Add(rowTimeout)) // an error means that there are no deadlines
	return r.from.Read(p)
}
