// Command starter trains the model that is embedded in the binary, so that a new
// installation recognises blatant spam:
//
//	go run ./classifier/starter -out classifier/starter/starter.wnw LABELS…
//
// LABELS are label files of the three public sets in datasets. The model contains
// hashes and weights of tokens that are in at least three rows, and no texts.
package main

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"winnow/classifier"
	"winnow/classifier/labelfile"
	"winnow/models"
)

// datasets are the public sets that the starter model is trained on. Their licences
// allow it to be published.
var datasets = []classifier.Dataset{
	{Name: "YouTube Spam Collection (Alberto, Lochter, Almeida 2015)", Licence: "CC BY 4.0", URL: "https://archive.ics.uci.edu/dataset/380/youtube+spam+collection"},
	{Name: "SMS Spam Collection (Almeida, Gómez Hidalgo 2011)", Licence: "CC BY 4.0", URL: "https://archive.ics.uci.edu/dataset/228/sms+spam+collection"},
	{Name: "SpamAssassin public mail corpus", Licence: "CC0 1.0", URL: "https://spamassassin.apache.org/old/publiccorpus/"},
}

func main() {
	out := flag.String("out", "classifier/starter/starter.wnw", "model file to write")
	hold := flag.Float64("hold", 0.6, "probability of spam at which the model holds a comment; not derived from the sets, which are no news comments")
	tokens := flag.Int("tokens", 100_000, "maximum number of tokens")
	flag.Parse()
	if err := run(*out, *hold, *tokens, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "starter:", err)
		os.Exit(1)
	}
}

func run(out string, hold float64, tokens int, files []string) error {
	m, metrics, err := classifier.Train(context.Background(), labels(files), classifier.TrainOptions{
		MinRows: 3, MaxTokens: tokens, Datasets: datasets, Starter: true, Hold: hold,
	})
	if err != nil {
		return err
	}
	if err := m.WriteFile(out); err != nil {
		return err
	}
	fmt.Printf("%s: %s, %d labels, %d tokens, held-out AUC %.4f\n", out, m.Version(), metrics.Rows, m.Manifest().Tokens, float64(metrics.Spam.AUC))
	return nil
}

func labels(files []string) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for _, name := range files {
			if !file(name, yield) {
				return
			}
		}
	}
}

func file(name string, yield func(models.Label, error) bool) bool {
	f, err := os.Open(name)
	if err != nil {
		return yield(models.Label{}, err)
	}
	defer f.Close() // nothing was written
	for l, err := range labelfile.Read(f, filepath.Base(name), labelfile.Options{}) {
		if !yield(l, err) {
			return false
		}
	}
	return true
}
