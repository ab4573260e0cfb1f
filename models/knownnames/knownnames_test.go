package knownnames_test

import (
	"errors"
	"testing"

	"github.com/go-json-experiment/json"

	"winnow/models"
	"winnow/models/knownnames"
)

func TestUnknownFieldNamesWhatWasMeant(t *testing.T) {
	for document, want := range map[string][2]string{
		`{"authors":{"hold_frist":true}}`:   {"authors.hold_frist", "is not a known field, was hold_first meant?"},
		`{"author":{"hold_first":true}}`:    {"author", "is not a known field, was authors meant?"},
		`{"links":{"Allow":[]}}`:            {"links.Allow", "is not a known field, was allowed meant?"},
		`{"length":{"between":[1,2]}}`:      {"length.between", "is not a known field; the known ones are min, max"},
		`{"blocked_words":{"word":["ad"]}}`: {"blocked_words.word", "is not a known field, was words meant?"},
	} {
		var r models.Rules
		field, message, ok := knownnames.UnknownField(json.Unmarshal([]byte(document), &r, json.RejectUnknownMembers(true)))
		if !ok || field != want[0] || message != want[1] {
			t.Errorf("%s: %q %q, want %q", document, field, message, want)
		}
	}
	if _, _, ok := knownnames.UnknownField(errors.New("another error")); ok {
		t.Error("another error is about a field")
	}
}
