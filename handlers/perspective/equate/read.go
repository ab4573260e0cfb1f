package equate

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"strconv"
	"strings"

	"winnow/models"
)

// Scored is a comment with its old scores, by attribute.
type Scored struct {
	Text   string
	Scores map[string]float64
}

// maxLine bounds a line of JSON Lines, in bytes.
const maxLine = 1 << 20

// Read reads comments with scores: CSV when name ends in .csv, otherwise JSON Lines. A row of
// JSON has its text in "text" or in "comment", as a string or in "text" of it; and its scores
// in "attributeScores" as the Perspective API wrote them, in "scores", or beside the text. A
// row of CSV has them in columns that are named so. Scores are read of the attributes that
// are known; other names are ignored. An error names the line and ends the rows.
func Read(in io.Reader, name string, known func(attribute string) bool) iter.Seq2[Scored, error] {
	read := readLines
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		read = readCSV
	}
	return func(yield func(Scored, error) bool) {
		for s, err := range read(in, known) {
			if err != nil {
				err = fmt.Errorf("%s:%w", name, err)
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// rowError is an error of a line: "17: why".
func rowError(line int, format string, args ...any) error {
	return fmt.Errorf("%d: %w", line, fmt.Errorf(format, args...))
}

func readLines(in io.Reader, known func(string) bool) iter.Seq2[Scored, error] {
	return func(yield func(Scored, error) bool) {
		lines := bufio.NewScanner(in)
		lines.Buffer(make([]byte, 0, 64<<10), maxLine)
		n := 0
		for lines.Scan() {
			n++
			line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\xEF\xBB\xBF")))
			if len(line) == 0 {
				continue
			}
			s, err := scoredOf(line, known)
			if err != nil {
				err = rowError(n, "%w", err)
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
		if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield(Scored{}, rowError(n+1, "the line has more than %d bytes", maxLine))
		} else if err != nil {
			yield(Scored{}, rowError(n+1, "%w", err))
		}
	}
}

// scoredOf reads a row of JSON.
func scoredOf(line []byte, known func(string) bool) (Scored, error) {
	var row map[string]json.RawMessage
	if err := json.Unmarshal(line, &row); err != nil || row == nil {
		return Scored{}, errors.New("it is not a JSON object")
	}
	s := Scored{Scores: map[string]float64{}}
	for _, field := range []string{"text", "comment"} {
		var entry struct{ Text string }
		if s.Text == "" && json.Unmarshal(row[field], &s.Text) != nil && json.Unmarshal(row[field], &entry) == nil {
			s.Text = entry.Text
		}
	}
	var api map[string]struct{ SummaryScore struct{ Value *float64 } }
	if json.Unmarshal(row["attributeScores"], &api) == nil {
		for name, score := range api {
			if v := score.SummaryScore.Value; v != nil && known(name) {
				s.Scores[name] = *v
			}
		}
	}
	var plain map[string]float64
	if json.Unmarshal(row["scores"], &plain) == nil {
		maps.DeleteFunc(plain, func(name string, _ float64) bool { return !known(name) })
		maps.Copy(s.Scores, plain)
	}
	for name, value := range row {
		var v float64
		if known(name) && json.Unmarshal(value, &v) == nil {
			s.Scores[name] = v
		}
	}
	return s.checked()
}

func readCSV(in io.Reader, known func(string) bool) iter.Seq2[Scored, error] {
	return func(yield func(Scored, error) bool) {
		r := csv.NewReader(in)
		r.FieldsPerRecord, r.ReuseRecord = -1, true
		record, err := r.Read()
		if err != nil {
			yield(Scored{}, rowError(1, "no header: %w", err))
			return
		}
		header, text := make([]string, len(record)), -1
		for i, name := range record {
			header[i] = strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))
			if lower := strings.ToLower(header[i]); text < 0 && (lower == "text" || lower == "comment" || lower == "comment_text") {
				text = i
			}
		}
		if text < 0 {
			yield(Scored{}, rowError(1, "no column is named text"))
			return
		}
		for {
			record, err := r.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var s Scored
			var syntax *csv.ParseError
			switch {
			case errors.As(err, &syntax):
				err = rowError(syntax.Line, "%w", syntax.Err)
			case err == nil:
				line, _ := r.FieldPos(0)
				if s, err = scoredRecord(header, record, text, known); err != nil {
					err = rowError(line, "%w", err)
				}
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

func scoredRecord(header, record []string, text int, known func(string) bool) (Scored, error) {
	s := Scored{Scores: map[string]float64{}}
	for i, value := range record {
		if i == text {
			s.Text = strings.Clone(value)
			continue
		}
		if i >= len(header) || !known(strings.ToUpper(header[i])) || strings.TrimSpace(value) == "" {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			return s, fmt.Errorf("%s must be a number from 0 to 1, not %.40q", header[i], value)
		}
		s.Scores[strings.ToUpper(header[i])] = v
	}
	return s.checked()
}

func (s Scored) checked() (Scored, error) {
	if models.Blank(s.Text) {
		return s, errors.New("it has no text")
	}
	for name, v := range s.Scores {
		if !(v >= 0 && v <= 1) {
			return s, fmt.Errorf("%.40s must be a number from 0 to 1, not %g", name, v)
		}
	}
	return s, nil
}
