package labelfile

import (
	"io"

	"winnow/models"
)

// Summary says what was found in a label file.
type Summary struct {
	Format    string               `json:"format"`              // jsonl, table or xlsx
	Encoding  string               `json:"encoding,omitempty"`  // of text
	Separator string               `json:"separator,omitempty"` // of a table of text
	DateOrder DateOrder            `json:"date_order,omitempty"`
	Columns   map[string]string    `json:"columns"` // column of each field that has one
	Ignored   []string             `json:"ignored,omitempty"`
	Labels    map[models.Class]int `json:"labels"`
	BadRows   int                  `json:"bad_rows"`
	Errors    []string             `json:"errors,omitempty"` // of the first bad rows
}

// maxListed bounds the lists of a summary.
const maxListed = 10

// Check reads a whole label file and says what was found. Bad rows are counted;
// the error is what ended the file, beside what was found until then.
func Check(src io.Reader, name string, opt Options) (Summary, error) {
	opt.Skip = func(error) {}
	r := newReader(name, opt, func(models.Label, error) bool { return true })
	err := r.run(src)
	r.found.DateOrder = r.order
	return r.found, err
}

func (s *Summary) column(f field, name string) {
	if f >= 0 {
		if s.Columns == nil {
			s.Columns = map[string]string{}
		}
		if _, ok := s.Columns[fieldNames[f]]; !ok {
			s.Columns[fieldNames[f]] = name
		}
	} else if name != "" && len(s.Ignored) < maxListed {
		s.Ignored = append(s.Ignored, name)
	}
}

func (s *Summary) add(class models.Class) {
	if s.Labels == nil {
		s.Labels = map[models.Class]int{}
	}
	s.Labels[class]++
}

func (s *Summary) addBad(err error) {
	if s.BadRows++; len(s.Errors) < maxListed {
		s.Errors = append(s.Errors, err.Error())
	}
}
