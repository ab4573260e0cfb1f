package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

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
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || kind != "application/json" || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return nil, models.Errorf(models.KindMediaType, "the request must be application/json in UTF-8")
	}
	return readBody(r)
}

// readBody returns the whole body. guard has set the most it may have.
func readBody(r *http.Request) ([]byte, error) {
	data, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge(large.Limit)
	case err != nil:
		return nil, &models.Error{Kind: models.KindMalformed, Message: "the request could not be read to its end", Cause: err}
	}
	return data, nil
}

func tooLarge(most int64) error {
	return models.Errorf(models.KindTooLarge, "the request must not have more than %d bytes", most)
}

// parse fills v from one JSON object.
func parse(data []byte, v any) error {
	if !utf8.Valid(data) {
		return models.Errorf(models.KindMalformed, "the request is not valid UTF-8")
	}
	err := json.Unmarshal(data, v)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return &models.Error{Kind: models.KindMalformed, Message: "the request has a value of the wrong type", Fields: []models.FieldError{
			{Field: kind.Field, Message: "must not be of type " + kind.Value},
		}}
	case errors.As(err, &kind) || bytes.Equal(bytes.TrimSpace(data), []byte("null")):
		return models.Errorf(models.KindMalformed, "the request must be a JSON object")
	case err != nil:
		return &models.Error{Kind: models.KindMalformed, Message: "the request is not valid JSON", Cause: err}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	return unique(d, "")
}

// unique refuses a value in which an object has the same name twice: parsers
// differ in which one they take. Names that differ in case alone count as the
// same, because this server's parser takes either.
func unique(d *json.Decoder, path string) error {
	t, err := d.Token()
	if err != nil {
		return &models.Error{Kind: models.KindMalformed, Message: "the request is not valid JSON", Cause: err}
	}
	switch t {
	case json.Delim('['):
		for d.More() {
			if err := unique(d, path); err != nil {
				return err
			}
		}
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			name, _ := d.Token() // a string: Unmarshal found the syntax valid
			key, _ := name.(string)
			field := strings.TrimPrefix(path+"."+key, ".")
			if fold := strings.ToLower(key); seen[fold] {
				return &models.Error{Kind: models.KindMalformed, Message: "the request names a field twice", Fields: []models.FieldError{
					{Field: field, Message: "is given twice"},
				}}
			} else {
				seen[fold] = true
			}
			if err := unique(d, field); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	_, err = d.Token() // the closing delimiter
	return err
}
