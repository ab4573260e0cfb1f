package opinion

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"winnow/models"
)

func TestAnswers(t *testing.T) {
	for text, want := range map[string]answer{
		`{"abuse":0.8,"spam":0,"reason":"it threatens\n\n a \u202eperson"}`: {0.8, 0, "it threatens a person"},
		` {"abuse":1,"spam":1} `:                                            {1, 1, ""},
		`{"abuse":0,"spam":0,"reason":"<script>alert(1)</script>"}`:         {0, 0, "<script>alert(1)</script>"}, // consoles show it as text
		`{"abuse":0,"spam":0,"reason":"` + strings.Repeat("ä", 5000) + `"}`: {0, 0, strings.Repeat("ä", models.MaxOpinionReason-1) + "…"},
	} {
		if got, err := decodeAnswer([]byte(text)); err != nil || got != want {
			t.Errorf("%.60s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		``, `null`, `{}`, `"abuse"`, `[0.8, 0]`, `{"abuse":0.8}`, `{"abuse":0.8,"spam":null,"reason":""}`, `{"abuse":"0.8","spam":0,"reason":""}`,
		`{"abuse":1.1,"spam":0,"reason":""}`, `{"abuse":-0.1,"spam":0,"reason":""}`, `{"abuse":1e999,"spam":0,"reason":""}`, `{"abuse":NaN,"spam":0}`,
		`{"abuse":0,"spam":0,"reason":7}`, `{"abuse":0,"spam":0,"reason":"","action":"approve"}`, `{"abuse":0,"spam":0,"reason":""} and more`,
		"```json\n{\"abuse\":0,\"spam\":0}\n```",
	} {
		if got, err := decodeAnswer([]byte(text)); !errors.Is(err, errInvalid) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		wrapped, err := json.Marshal(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": text}}}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeChat(wrapped); !errors.Is(err, errInvalid) {
			t.Errorf("%s of a chat: %v, %v", text, got, err)
		}
	}
	for _, body := range []string{
		`{}`, `{"choices":[]}`, `{"choices":[{"message":{"content":"{\"abuse\":0,\"spam\":0}","refusal":"I will not"}}]}`,
		`{"choices":[{"message":{"content":{"abuse":0,"spam":0}}}]}`, `<html>`,
	} {
		if got, err := decodeChat([]byte(body)); !errors.Is(err, errInvalid) {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, decode := range []func([]byte) (answer, error){decodeAnswer, decodeChat} {
			a, err := decode(body)
			switch {
			case err != nil && (!errors.Is(err, errInvalid) || a != answer{}):
				t.Errorf("%v, %v", a, err)
			case err == nil && (!isProbability(&a.abuse) || !isProbability(&a.spam)):
				t.Errorf("no probabilities: %v", a)
			case !utf8.ValidString(a.reason) || utf8.RuneCountInString(a.reason) > models.MaxOpinionReason || strings.ContainsAny(a.reason, "\n\r\x00\u202e"):
				t.Errorf("the reason is %q", a.reason)
			}
		}
	})
}

func TestBreaker(t *testing.T) {
	var b breaker
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	for n := 1; n < breakAfter; n++ {
		if b.note(true, now) || b.isOpen(now) {
			t.Fatalf("it pauses after %d failures", n)
		}
	}
	for _, minutes := range []time.Duration{1, 2, 4, 8, 15, 15} {
		if !b.note(true, now) || b.pause != minutes*time.Minute || !b.isOpen(now.Add(b.pause-1)) || b.isOpen(now.Add(b.pause)) {
			t.Errorf("the pause is %v, want %d minutes", b.pause, minutes)
		}
		now = now.Add(b.pause)
	}
	if b.note(false, now) || b.isOpen(now) || b != (breaker{}) {
		t.Error("an answer does not end it")
	}
}
