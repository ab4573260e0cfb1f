package classifier

import (
	"bytes"
	"context"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"winnow/models"
)

// lexicon holds the words of each class for the generated comments of these tests.
var lexicon = map[models.Class][]string{
	models.Ham:   strings.Fields("council road budget teachers winter vote bridge article agree river mayor library reading trains weather garden museum tax debate parents"),
	models.Spam:  strings.Fields("casino bonus winner pills crypto discount followers profit subscribe channel cheap loans jackpot click visit earn dollars weekly guaranteed deposit"),
	models.Abuse: strings.Fields("idiot moron vermin scum disgusting traitor loser pathetic filth coward stupid parasite clown worthless ugly liar trash shame fool rotten"),
}

var filler = strings.Fields("the and of to in that is was for it with as on this they at be have from or one had by word but not what all were")

// comments generates n labels of each class, the same in every call. Some words
// are of another class, so that the classes cannot be separated without errors.
func comments(n int, classes ...models.Class) []models.Label {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	var rows []models.Label
	for i := range n * len(classes) {
		class := classes[i%len(classes)]
		words := make([]string, 8+rng.IntN(12))
		for j := range words {
			from := filler
			switch x := rng.IntN(20); {
			case x < 5:
				from = lexicon[class]
			case x == 5:
				from = lexicon[classes[rng.IntN(len(classes))]]
			}
			words[j] = from[rng.IntN(len(from))]
		}
		rows = append(rows, models.Label{Text: strings.Join(words, " "), Label: class, Source: "generated", Lang: "en"})
	}
	return rows
}

func rowsOf(labels []models.Label) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for _, l := range labels {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func train(t testing.TB, labels []models.Label, opt TrainOptions) *Model {
	t.Helper()
	m, _, err := Train(context.Background(), rowsOf(labels), opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func bytesOf(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func smallModel(t testing.TB) *Model {
	return train(t, comments(20, models.Ham, models.Spam), TrainOptions{MaxTokens: 50})
}
