package handlers

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"winnow/models"
)

// decode reads a JSON request. It refuses what two readers might understand
// differently: names given twice, data after the end, bytes that are not UTF-8.
// Names it does not know are ignored, so that older servers take newer requests.
func decode[T any](c echo.Context) (T, error) {
	var v T
	data, err := readJSON(c.Request())
	if err != nil {
		return v, err
	}
	return v, parse(data, &v)
}

// readJSON returns the body of a request that says it is JSON.
func readJSON(r *http.Request) ([]byte, error) {
	named := r.Header.Get("Content-Type")
	if named == "application/json" { // as nearly everybody writes it
		return readBody(r)
	}
	kind, params, err := mime.ParseMediaType(named)
	if charset := params["charset"]; err != nil || kind != "application/json" || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return nil, models.Errorf(models.KindMediaType, "the request must be application/json in UTF-8")
	}
	return readBody(r)
}

// readBody returns the whole body. guard has set the most it may have.
func readBody(r *http.Request) ([]byte, error) {
	data, err := io.ReadAll(r.Body)
	if err == nil {
		return data, nil
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, tooLarge(large.Limit)
	}
	return nil, &models.Error{Kind: models.KindMalformed, Message: "the request body could not be read completely", Cause: err}
}

func tooLarge(most int64) error {
	return models.Errorf(models.KindTooLarge, "the request must not have more than %d bytes", most)
}

// lenient names what this server always took: names in any case, which then
// count as the same name when they are given twice, and half of a character
// beyond the basic plane, which scripts that cut strings make.
var lenient = json.JoinOptions(json.MatchCaseInsensitiveNames(true), jsontext.AllowInvalidUTF8(true))

// parse fills v from one JSON object.
func parse(data []byte, v any) error {
	if !utf8.Valid(data) {
		return models.Errorf(models.KindMalformed, "the request is not valid UTF-8")
	}
	err := json.Unmarshal(data, v, lenient)
	if err == nil && !bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return nil
	}
	var kind *json.SemanticError
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &kind) && kind.JSONPointer != "":
		return &models.Error{Kind: models.KindMalformed, Message: "the request has a value of the wrong type", Fields: []models.FieldError{
			{Field: fieldName(kind.JSONPointer), Message: "must not be of type " + typeName(kind)},
		}}
	case err == nil || errors.As(err, &kind):
		return models.Errorf(models.KindMalformed, "the request must be a JSON object")
	case errors.As(err, &syntax) && syntax.Err == jsontext.ErrDuplicateName:
		return &models.Error{Kind: models.KindMalformed, Message: "the request has a duplicate field", Fields: []models.FieldError{
			{Field: fieldName(syntax.JSONPointer), Message: "is a duplicate"},
		}}
	}
	return &models.Error{Kind: models.KindMalformed, Message: "the request is not valid JSON", Cause: err}
}

// fieldName writes a place in a request as faults name it: "author.name".
func fieldName(at jsontext.Pointer) string {
	return strings.Join(slices.Collect(at.Tokens()), ".")
}

// typeName says what somebody sent.
func typeName(e *json.SemanticError) string {
	switch e.JSONKind {
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "bool"
	case '0':
		return strings.TrimSpace("number " + string(e.JSONValue))
	}
	return e.JSONKind.String()
}

// Optional is a field of a PATCH, or of a PUT that changes only what it names:
// the field is absent (the zero Optional), null, or a value.
type Optional[T any] struct {
	Present bool
	Null    bool
	Value   T // the zero value when the field is absent or null
}

// UnmarshalJSONFrom is called for a field that is present, null included.
func (o *Optional[T]) UnmarshalJSONFrom(in *jsontext.Decoder) error {
	*o = Optional[T]{Present: true, Null: in.PeekKind() == 'n'}
	return json.UnmarshalDecode(in, &o.Value)
}

// Get returns the value, and false when the field is absent or null.
func (o Optional[T]) Get() (T, bool) { return o.Value, o.Present && !o.Null }

// Set changes dst to the value, or to the zero value for null.
func (o Optional[T]) Set(dst *T) {
	if o.Present {
		*dst = o.Value
	}
}

// SetPointer changes dst to point to a new value, or to nil for null. It never
// writes through the old pointer: storage compares the old record with the new
// one, and logs both.
func (o Optional[T]) SetPointer(dst **T) {
	switch {
	case o.Null:
		*dst = nil
	case o.Present:
		*dst = &o.Value
	}
}

// patch changes those fields of a T that a request has.
type patch[T any] interface{ apply(dst *T) }

// setFields changes single fields of dst; null resets all of them.
func setFields[T any, P patch[T]](o Optional[P], dst *T) {
	if o.Null {
		*dst = *new(T)
	}
	o.Value.apply(dst)
}

// query reads the parameters of an address and gathers what is wrong with
// them. Parameters that nobody asks for are ignored, like unknown names in JSON.
type query struct {
	values map[string][]string
	bad    models.Invalid
}

func queryOf(c echo.Context) *query { return &query{values: c.QueryParams()} }

func (q *query) err() error { return q.bad.Err() }

// text returns a parameter of at most so many characters; "" when absent.
func (q *query) text(name string, most int) string {
	given := q.values[name]
	if len(given) == 0 {
		return ""
	}
	if len(given) > 1 {
		q.bad.Add(name, "must be given once, was given %d times", len(given))
	}
	v := models.Clean(given[0])
	if n := utf8.RuneCountInString(v); n > most {
		q.bad.Add(name, "must have at most %d characters, has %d", most, n)
	}
	return v
}

// oneOf returns a parameter that has one of some values. The first of them
// stands for an absent parameter.
func (q *query) oneOf(name string, values ...string) string {
	v := q.text(name, models.MaxID)
	switch {
	case v == "":
		return values[0]
	case !slices.Contains(values, v):
		named := slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
		q.bad.Add(name, "must be one of %s", strings.Join(named, ", "))
	}
	return v
}

// number returns a whole number between least and most.
func (q *query) number(name string, least, most, absent int) int {
	v := q.text(name, models.MaxID)
	if v == "" {
		return absent
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		q.bad.Add(name, "must be a whole number from %d to %d", least, most)
	}
	return n
}

// time returns a point in time; the zero time when absent.
func (q *query) time(name string) time.Time {
	v := q.text(name, models.MaxID)
	if v == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		q.bad.Add(name, "must be a time such as 2006-01-02T15:04:05Z")
	}
	return t
}

// site returns the site that the request is about; "" means all that the
// caller sees.
func (q *query) site() string {
	v := q.text("site", models.MaxID)
	if v != "" && !models.ValidSlug(v) {
		q.bad.Add("site", "must be a site's slug")
	}
	return v
}
