// Command starter trains the model that is embedded in the binary, so that a new
// installation recognises spam and abuse before it has labels of its own:
//
//	go run ./classifier/starter -sets FOLDER
//
// FOLDER has the label files of the public sets in sets.go. The same files give the
// same model, byte for byte. The model contains hashes and weights of tokens that are
// in at least three rows, and no texts.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"winnow/classifier"
	"winnow/classifier/labelfile"
	"winnow/classifier/language"
	"winnow/models"
)

type options struct {
	out, folder, without string
	hold, holdAbuse      float64
	tokens, most         int
}

func main() {
	var o options
	flag.StringVar(&o.out, "out", "classifier/starter/starter.wnw", "model file to write")
	flag.StringVar(&o.folder, "sets", "", "folder with the label files of the sets")
	flag.StringVar(&o.without, "without", "", "sets to leave out, separated by commas, to measure the model on them")
	flag.Float64Var(&o.hold, "hold", 0.5, "probability of spam at which the model holds a comment; not derived from the sets, few of which are news comments")
	flag.Float64Var(&o.holdAbuse, "hold-abuse", 0.95, "the same of abuse")
	flag.IntVar(&o.tokens, "tokens", 200_000, "maximum number of tokens")
	flag.IntVar(&o.most, "most", 1500, "maximum number of rows of spam or abuse of one set, and twice that of ham, so that no set drowns another")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "starter:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	without := strings.Split(o.without, ",")
	chosen := slices.DeleteFunc(slices.Clone(sets), func(s set) bool { return slices.Contains(without, s.file) })
	var datasets []classifier.Dataset
	for _, s := range chosen {
		datasets = append(datasets, s.Dataset)
	}
	m, metrics, err := classifier.Train(context.Background(), labels(chosen, o), classifier.TrainOptions{
		MinRows: 3, MaxTokens: o.tokens, Datasets: datasets, Starter: true, Hold: o.hold, HoldAbuse: o.holdAbuse,
		Ignored: foreignWords(),
		Silent:  silent,
	})
	if err != nil {
		return err
	}
	if err := m.WriteFile(o.out); err != nil {
		return err
	}
	fmt.Printf("%s: %s, %d labels, %d tokens, cross-validated AUC of spam %.4f, of abuse %.4f\n", o.out, m.Version(), metrics.Rows,
		m.Manifest().Tokens, float64(metrics.Spam.AUC), float64(metrics.Abuse.AUC))
	return nil
}

// labels yields the rows of the sets, at most o.most of each class of a set, and
// made-up praise.
func labels(sets []set, o options) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for _, s := range sets {
			rows, err := s.read(o.folder)
			if err != nil {
				yield(models.Label{}, err)
				return
			}
			for _, l := range weigh(balance(rows, o.most)) {
				if !yield(l, nil) {
					return
				}
			}
		}
		for _, l := range praise() {
			if !yield(l, nil) {
				return
			}
		}
	}
}

// read returns the rows of a set that may be learned from.
func (s set) read(folder string) ([]models.Label, error) {
	f, err := os.Open(filepath.Join(folder, s.file+".train.jsonl"))
	if err != nil {
		return nil, err
	}
	defer f.Close() // nothing was written
	var rows []models.Label
	for l, err := range labelfile.Read(f, s.file, labelfile.Options{}) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.file, err)
		}
		if s.mayLearn(l) {
			rows = append(rows, addAuthor(l))
		}
	}
	return rows, nil
}

func (s set) mayLearn(l models.Label) bool {
	return (l.Label != models.Spam || slices.Contains(spamLanguages, language.Detect(l.Text))) &&
		(s.sources == nil || slices.ContainsFunc(s.sources, func(from string) bool { return strings.HasPrefix(l.Source, from) }))
}

// balance returns at most so many rows of each class, drawn by the hash of their
// text, so that the same rows are drawn every time.
func balance(rows []models.Label, most int) []models.Label {
	slices.SortStableFunc(rows, func(a, b models.Label) int { return cmp.Compare(hash(a.Text), hash(b.Text)) })
	count := map[models.Class]int{}
	return slices.DeleteFunc(rows, func(l models.Label) bool {
		count[l.Label]++
		if l.Label == models.Ham {
			return count[l.Label] > 2*most
		}
		return count[l.Label] > most
	})
}

// silent reports whether ham says nothing of a class. Ham of e-mail is no evidence
// against abuse: no mail of the sets is abuse, so that the marks of mail would be learned.
func silent(l models.Label, class models.Class) bool {
	if class == models.Abuse {
		return strings.HasPrefix(l.Source, mailSource)
	}
	return !slices.Contains(spamLanguages, language.Detect(l.Text))
}

// hamShare is how many ham rows a set would have for each row of abuse if its rows had
// been taken as they came.
const hamShare = 9

// weigh makes ham of a set that was collected for its abuse weigh as much as it does
// in ordinary traffic. Otherwise the words of a language that only such a set has would
// be evidence of abuse.
func weigh(rows []models.Label) []models.Label {
	count := map[models.Class]int{}
	for _, l := range rows {
		count[l.Label]++
	}
	if rate := float64(count[models.Ham]) / float64(hamShare*count[models.Abuse]); rate < 1 {
		for i := range rows {
			if rows[i].Label == models.Ham {
				rows[i].SelectionRate = rate
			}
		}
	}
	return rows
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}
