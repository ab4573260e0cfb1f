package labelfile

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"winnow/models"
)

// values are the fields of one row as they stand in the file.
type values [fieldCount]string

// rowError says what is wrong with one row. The next row can still be read.
type rowError struct{ why string }

func (e *rowError) Error() string { return e.why }

func badRow(format string, args ...any) error { return &rowError{fmt.Sprintf(format, args...)} }

// converter makes labels of values.
type converter struct {
	labelMap   map[string]models.Class // keys are folded
	unlabelled bool                    // Options.Unlabelled
	epoch      time.Time               // of serial dates; zero: numbers are no dates
}

func newConverter(opt Options) *converter {
	c := &converter{unlabelled: opt.Unlabelled, labelMap: map[string]models.Class{}}
	for value, class := range opt.LabelMap {
		c.labelMap[foldValue(value)] = class
	}
	return c
}

// convert returns the label of a row and its date. labelColumn is the name of the
// column that the class comes from.
func (c *converter) convert(v *values, labelColumn string) (l models.Label, d date, err error) {
	l = models.Label{
		ID: integer(v[fieldID]), Text: models.ValidText(v[fieldText]), Author: v[fieldAuthor], AuthorEmail: v[fieldAuthorEmail],
		AuthorURL: v[fieldAuthorURL], URL: v[fieldURL], Site: v[fieldSite], Lang: v[fieldLang], Source: v[fieldSource],
		LabelledBy: v[fieldLabelledBy],
	}
	if models.Blank(l.Text) {
		return l, d, badRow("text is missing or empty")
	}
	if l.Label, err = c.class(v[fieldLabel], labelColumn); err != nil {
		return l, d, err
	}
	if at := strings.TrimSpace(v[fieldCreatedAt]); at != "" {
		if d, err = parseDate(at, c.epoch); err != nil {
			return l, d, badRow("%v, not %.40q", err, at)
		}
	}
	return l, d, fillSelection(&l, v)
}

func fillSelection(l *models.Label, v *values) error {
	switch by := strings.TrimSpace(v[fieldSelectedBy]); by {
	case "", models.SelectedHeld, models.SelectedSample, models.SelectedReport, models.SelectedVouched, models.SelectedImport, models.SelectedShadow:
		l.SelectedBy = by
	default:
		return badRow("selected_by must be held, sample, report, vouched, import or shadow, not %.40q", by)
	}
	share := func(f field, what string, dst *float64) error {
		text := strings.TrimSpace(v[f])
		if text == "" {
			return nil
		}
		n, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil || !(n >= 0 && n <= 1) {
			return badRow("%s must be %s from 0 to 1, not %.40q", fieldNames[f], what, text)
		}
		*dst = n
		return nil
	}
	if err := share(fieldSelectionRate, "a probability", &l.SelectionRate); err != nil {
		return err
	}
	return share(fieldWeight, "a number", &l.Weight)
}

// positives are the columns that ask one question, so that yes and no are clear.
var positives = map[string]models.Class{
	"is_spam": models.Spam, "isspam": models.Spam, "spam": models.Spam,
	"is_abuse": models.Abuse, "abuse": models.Abuse, "abusive": models.Abuse,
	"is_toxic": models.Abuse, "toxic": models.Abuse, "toxicity": models.Abuse,
}

var (
	yes = map[string]bool{"1": true, "true": true, "yes": true, "y": true, "t": true, "ja": true, "wahr": true}
	no  = map[string]bool{"0": true, "false": true, "no": true, "n": true, "f": true, "nein": true, "falsch": true}
)

// booleans are the names that spreadsheets show for the values of a workbook.
var booleans = map[string][]string{"1": {"true", "wahr"}, "0": {"false", "falsch"}}

// suggestions are what unknown values probably mean, for messages only.
var suggestions = map[string]string{
	"1": "1=spam,0=ham", "0": "1=spam,0=ham", "true": "TRUE=spam,FALSE=ham", "false": "TRUE=spam,FALSE=ham",
	"yes": "yes=spam,no=ham", "no": "yes=spam,no=ham", "ja": "ja=spam,nein=ham", "nein": "ja=spam,nein=ham",
	"wahr": "WAHR=spam,FALSCH=ham", "falsch": "WAHR=spam,FALSCH=ham",
}

// class returns the class that a value stands for.
func (c *converter) class(value, column string) (models.Class, error) {
	folded := foldValue(value)
	if class, ok := c.labelMap[folded]; ok {
		return class, nil
	}
	if !c.epoch.IsZero() { // a workbook has 1 and 0 for TRUE and FALSE
		for _, name := range booleans[folded] {
			if class, ok := c.labelMap[name]; ok {
				return class, nil
			}
		}
	}
	if folded == "" && c.unlabelled {
		return "", nil
	}
	if folded == "" {
		return "", badRow("label is missing")
	}
	if class := models.Class(folded); class.Valid() {
		return class, nil
	}
	if positive, ok := positives[normalizeName(column)]; ok {
		switch {
		case yes[folded]:
			return positive, nil
		case no[folded]:
			return models.Ham, nil
		}
	}
	shown := strings.TrimSpace(value)
	switch guess, known := suggestions[folded]; {
	case known:
		return "", badRow("label must be ham, spam or abuse, not %q; say what it means, such as --label-map %s", shown, guess)
	case len(shown) <= 40:
		return "", badRow("label must be ham, spam or abuse, not %q; say what it means: --label-map %s, or =ham, or =spam", shown, quoteName(shown+"=abuse"))
	}
	return "", badRow("label must be ham, spam or abuse, not %.40q", shown)
}

// foldValue makes " TRUE" and "true" the same, and the 1.0 of a numeric column 1.
func foldValue(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "1.0" || s == "0.0" {
		return s[:1]
	}
	return s
}

// integer writes a whole number that a spreadsheet or JSON gives as 1.2E+16 in
// digits, as its owner knows it.
func integer(s string) string {
	if len(s) > 24 || !strings.Contains(s, "E+") {
		return s
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n != float64(int64(n)) || n > 1<<53 || n < -1<<53 {
		return s
	}
	return strconv.FormatInt(int64(n), 10)
}
