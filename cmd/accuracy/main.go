// Command accuracy measures the filter on labelled sets and prints one table
// of each kind: accuracy beside the library's own scores, recall of disguised
// spam, false alarms on legitimate comments of other sources and languages, and
// what a model is worth on a source that it has never seen.
//
//	go run ./cmd/accuracy FOLDER
//
// FOLDER holds sets as NAME.train.jsonl and NAME.test.jsonl, label files as
// winnow train reads them. Nothing of them is kept.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"winnow/classifier"
	"winnow/models"
)

func main() {
	sets := flag.String("sets", "", "names of sets, with commas (default: all of the folder)")
	cold := flag.String("cold", "youtube", "set to leave out of training for the cold start table")
	overlap := flag.String("overlap", "newsmix", "sets, with commas, that repeat rows of others: not for the cold start")
	base := flag.String("base", "newsmix", "set whose model is shown legitimate comments of the other sets")
	tables := flag.String("tables", "accuracy,evasion,foreign,cold", "tables to print, with commas")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	lab := suite{folder: flag.Arg(0), out: os.Stdout, models: map[string]*classifier.Model{}}
	if err := lab.run(ctx, *sets, *cold, *overlap, *base, *tables); err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

// lab is one run over a folder of sets.
type suite struct {
	folder string
	out    io.Writer
	models map[string]*classifier.Model // of the sets' train parts
}

func (l *suite) run(ctx context.Context, sets, cold, overlap, base, tables string) error {
	var names []string
	if sets != "" {
		names = strings.Split(sets, ",")
	} else {
		files, err := filepath.Glob(filepath.Join(l.folder, "*.train.jsonl"))
		if err != nil {
			return err
		}
		for _, f := range files {
			names = append(names, strings.TrimSuffix(filepath.Base(f), ".train.jsonl"))
		}
	}
	slices.Sort(names)
	for _, table := range strings.Split(tables, ",") {
		var err error
		switch table {
		case "accuracy":
			err = l.accuracy(ctx, names)
		case "evasion":
			err = l.evasion(ctx, names)
		case "foreign":
			err = l.foreignHam(ctx, names, base)
		case "cold":
			err = l.coldStart(ctx, names, cold, strings.Split(overlap, ","))
		default:
			err = fmt.Errorf("there is no table %q", table)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read returns a part of a set.
func (l *suite) read(name, part string) (rows []models.Label, err error) {
	path := filepath.Join(l.folder, name+"."+part+".jsonl")
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for row, err := range classifier.ReadLabels(f, path, classifier.LabelOptions{}) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// model returns the model that learned from the train part of a set.
func (l *suite) model(ctx context.Context, name string) (*classifier.Model, error) {
	if m := l.models[name]; m != nil {
		return m, nil
	}
	rows, err := l.read(name, "train")
	if err != nil {
		return nil, err
	}
	m, err := train(ctx, rows)
	l.models[name] = m
	return m, err
}

func train(ctx context.Context, rows []models.Label) (*classifier.Model, error) {
	m, _, err := classifier.Train(ctx, labelSeq(rows), classifier.TrainOptions{Seed: 1})
	return m, err
}

// table begins a table with its head.
func (l *suite) newTable(head string) *tabwriter.Writer {
	w := tabwriter.NewWriter(l.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w)
	fmt.Fprintln(w, head)
	return w
}

func percent(n, of int) string { return fmt.Sprintf("%.2f%%", 100*float64(n)/float64(cmp.Or(of, 1))) }

func labelSeq(rows []models.Label) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}
