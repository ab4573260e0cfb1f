package labelfile

import (
	"strings"
	"testing"

	"winnow/models"
)

func TestUnlabelledRows(t *testing.T) {
	for name, file := range map[string]string{
		"a.jsonl": "{\"id\":\"1\",\"text\":\"A text\"}\n{\"text\":\"Another\",\"label\":\"spam\"}\n",
		"a.csv":   "id;text\n1;\"A\ntext\"\n2;Another\n",
		"b.csv":   "text,label\nA text,\nAnother,spam\n",
	} {
		n := 0
		for l, err := range Read(strings.NewReader(file), name, Options{Unlabelled: true}) {
			if n++; err != nil || l.Text == "" || n == 1 && l.Label != "" || l.Label != "" && l.Label != models.Spam {
				t.Errorf("%s: %+v, %v", name, l, err)
			}
		}
		if n != 2 {
			t.Errorf("%s: %d rows", name, n)
		}
		for l, err := range Read(strings.NewReader(file), name, Options{}) {
			if err == nil {
				t.Errorf("%s: %+v without a label is read for training", name, l)
			}
			break
		}
	}
}
