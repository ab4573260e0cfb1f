package handlers

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

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
