package models_test

import (
	"testing"

	"winnow/models"
)

func TestRedaction(t *testing.T) {
	for _, c := range []struct {
		text  string
		spans [][2]int
		want  string // "": refused
	}{
		{"Call Änne at 5", [][2]int{{5, 9}}, "Call [x] at 5"},
		{"one two three", [][2]int{{8, 13}, {0, 3}}, "[x] two [x]"},
		{"one two three", [][2]int{{0, 5}, {3, 7}, {7, 8}}, "[x]three"},
		{"😀 ok", [][2]int{{0, 1}}, "[x] ok"},
		{"all", [][2]int{{0, 3}}, "[x]"},
		{"one", nil, ""},
		{"one", [][2]int{{2, 2}}, ""},
		{"one", [][2]int{{-1, 2}}, ""},
		{"one", [][2]int{{0, 1}, {2, 4}}, ""},
		{"one", make([][2]int, 101), ""},
	} {
		got, err := models.Redaction{Spans: c.spans, Mark: "[x]"}.Apply(c.text)
		if got != c.want || (c.want == "") != (models.KindOf(err) == models.KindInvalid) {
			t.Errorf("%q without %v is %q, %v; want %q", c.text, c.spans, got, err, c.want)
		}
	}
}

func TestRedactionOfAnotherText(t *testing.T) {
	for _, c := range []struct{ text, other, want string }{
		{"Ask Jo Tide", "Jo said: ask Jo, not Joanna", "[x] said: ask [x], not Joanna"},
		{"Ask Jo Tide", "Banjo and Jo", "Banjo and [x]"},
		{"Ask Jo Tide", "nobody", "nobody"},
		{"Ask é Tide", "é éé", "[x] éé"},
	} {
		span := [2]int{4, 6}
		if []rune(c.text)[5] == ' ' {
			span[1] = 5
		}
		got := models.Redaction{Spans: [][2]int{span}, Mark: "[x]"}.ApplyElsewhere(c.text, c.other)
		if got != c.want {
			t.Errorf("%q is %q; want %q", c.other, got, c.want)
		}
	}
}
