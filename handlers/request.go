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
	"winnow/models/knownnames"
)

// decode reads a JSON request. It refuses what two parsers might read differently:
// duplicate names, data after the end, bytes that are not UTF-8. It refuses unknown names too:
// who misspells one would believe that something is set.
func decode[T any](c echo.Context) (T, error) {
	return decodeBody[T](c, json.RejectUnknownMembers(true))
}

// decodeTolerant is decode for what the pages of readers send: unknown names are ignored, so
// that servers accept what older and newer pages say.
func decodeTolerant[T any](c echo.Context) (T, error) { return decodeBody[T](c) }

func decodeBody[T any](c echo.Context, options ...json.Options) (T, error) {
	var v T
	data, err := readJSON(c.Request())
	if err != nil {
		return v, err
	}
	return v, parse(data, &v, options...)
}

// decodeOptional reads a JSON request that may have no body, which is the zero value.
func decodeOptional[T any](c echo.Context) (T, error) {
	if c.Request().ContentLength == 0 {
		var v T
		return v, nil
	}
	return decode[T](c)
}

// readJSON returns the body of a request that says it is JSON.
func readJSON(r *http.Request) ([]byte, error) {
	contentType := r.Header.Get("Content-Type")
	if contentType == "application/json" { // the usual spelling needs no parsing
		return readBody(r)
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if charset := params["charset"]; err != nil || kind != "application/json" || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return nil, models.Errorf(models.KindMediaType, "the request must be application/json in UTF-8")
	}
	return readBody(r)
}

// readBody returns the whole body, whose size guard has limited.
func readBody(r *http.Request) ([]byte, error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, bodyError(err)
	}
	return data, nil
}

// bodyError explains why a body could not be read, or not be understood.
func bodyError(err error) error {
	var large *http.MaxBytesError
	var known *models.Error
	switch {
	case errors.As(err, &large):
		return tooLarge(large.Limit)
	case errors.As(err, &known):
		return err
	}
	return &models.Error{Kind: models.KindMalformed, Message: "the request body could not be read completely", Cause: err}
}

func tooLarge(most int64) error {
	return models.Errorf(models.KindTooLarge, "the request must not have more than %d bytes", most)
}

// lenient accepts what clients rely on: names in any case (duplicates are found
// without case, too), and unpaired surrogates, which scripts make when they cut
// strings.
var lenient = json.JoinOptions(json.MatchCaseInsensitiveNames(true), jsontext.AllowInvalidUTF8(true))

// parse fills v from one JSON object.
func parse(data []byte, v any, more ...json.Options) error {
	if !utf8.Valid(data) {
		return models.Errorf(models.KindMalformed, "the request is not valid UTF-8")
	}
	err := json.Unmarshal(data, v, append(more, lenient)...)
	if err == nil && !bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return nil
	}
	var kind *json.SemanticError
	var syntax *jsontext.SyntacticError
	if field, message, unknown := knownnames.UnknownField(err); unknown {
		var bad models.Invalid
		bad.AddCode(models.FieldUnknown, field, "%s", message)
		return bad.Err()
	}
	switch {
	case errors.As(err, &kind) && kind.JSONPointer != "":
		return &models.Error{Kind: models.KindMalformed, Message: "the request has a value of the wrong type", Fields: []models.FieldError{
			{Field: fieldName(kind.JSONPointer), Code: models.FieldWrongType, Message: "must not be of type " + typeName(kind)},
		}}
	case err == nil || errors.As(err, &kind):
		return models.Errorf(models.KindMalformed, "the request must be a JSON object")
	case errors.As(err, &syntax) && syntax.Err == jsontext.ErrDuplicateName:
		return &models.Error{Kind: models.KindMalformed, Message: "the request has a duplicate field", Fields: []models.FieldError{
			{Field: fieldName(syntax.JSONPointer), Code: models.FieldDuplicate, Message: "is a duplicate"},
		}}
	}
	return &models.Error{Kind: models.KindMalformed, Message: "the request is not valid JSON", Cause: err}
}

// fieldName writes a JSON pointer as field errors do: "author.name".
func fieldName(at jsontext.Pointer) string {
	return strings.Join(slices.Collect(at.Tokens()), ".")
}

// typeName names the JSON type that was sent.
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

// invalid is the error of one field that is not valid.
func invalid(field, format string, args ...any) error {
	var bad models.Invalid
	bad.Add(field, format, args...)
	return bad.Err()
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

// query reads the parameters of a URL and collects their errors. Unknown ones are
// ignored.
type query struct {
	values map[string][]string
	bad    models.Invalid
}

func queryOf(c echo.Context) *query { return &query{values: c.QueryParams()} }

func (q *query) err() error { return q.bad.Err() }

// text returns a parameter of at most that many characters; "" when absent.
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
		q.bad.AddTooLong(name, most, n)
	}
	return v
}

// oneOf returns a parameter that must have one of these values. The first is the
// default.
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

// number returns a whole number from least to most, or the default.
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

// share returns a number from 0 to 1; 0 when absent.
func (q *query) share(name string) float64 {
	v := q.text(name, models.MaxID)
	if v == "" {
		return 0
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || !(n >= 0 && n <= 1) {
		q.bad.Add(name, "must be a number from 0 to 1")
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

// site returns the site of the request; "" means all that the caller may see.
func (q *query) site() string {
	v := q.text("site", models.MaxID)
	if v != "" && !models.ValidSlug(v) {
		q.bad.Add("site", "must be a site's slug")
	}
	return v
}
