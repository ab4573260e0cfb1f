package storage_test

import (
	"slices"
	"testing"

	"winnow/storage"
)

// FuzzGrams looks for a part of a text that the index of the queue would not find.
func FuzzGrams(f *testing.F) {
	f.Add("The tide of Ärger", uint(4), uint(4))
	f.Add("请马上加微信吧 now", uint(5), uint(6))
	f.Add("a😀b카지노", uint(1), uint(4))
	f.Add("\xff\xfe\x00", uint(0), uint(3))
	f.Fuzz(func(t *testing.T, text string, from, length uint) {
		runes := []rune(text)
		from = min(from, uint(len(runes)))
		part := runes[from : from+min(length, uint(len(runes))-from)]
		all := storage.Grams(string(runes))
		for _, gram := range storage.Grams(string(part)) {
			if !slices.Contains(all, gram) {
				t.Errorf("%q is in %q, and is not found by %q", string(part), string(runes), gram)
			}
		}
	})
}
