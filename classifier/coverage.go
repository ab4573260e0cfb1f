package classifier

import "winnow/classifier/text/features"

// Coverage returns how many words a text has, each counted once, and how many of them
// the model does not know.
func (m *Model) Coverage(in Input) (words, unknown int) {
	s := scorers.Get().(*scorer)
	defer scorers.Put(s)
	s.tokens = tokenize(&s.scanner, in)
	for i := range s.tokens {
		t := &s.tokens[i]
		if t.Kind != features.Word {
			continue
		}
		words++
		if m.features.slots[m.features.find(t.Hash)].hash == 0 {
			unknown++
		}
	}
	return words, unknown
}
