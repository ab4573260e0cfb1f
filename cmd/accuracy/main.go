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
	lab := lab{folder: flag.Arg(0), out: os.Stdout, models: map[string]*classifier.Model{}}
	if err := lab.run(ctx, *sets, *cold, *overlap, *base, *tables); err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

// lab is one run over a folder of sets.
type lab struct {
	folder string
	out    io.Writer
	models map[string]*classifier.Model // of the sets' train parts
}

func (l *lab) run(ctx context.Context, sets, cold, overlap, base, tables string) error {
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
			err = l.foreign(ctx, names, base)
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
func (l *lab) read(name, part string) (rows []models.Label, err error) {
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
func (l *lab) model(ctx context.Context, name string) (*classifier.Model, error) {
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
	m, _, err := classifier.Train(ctx, each(rows), classifier.TrainOptions{Seed: 1})
	return m, err
}

// accuracy compares each set's model with the library's own scores.
func (l *lab) accuracy(ctx context.Context, names []string) error {
	w := l.table("set\tclass\tham\tpositive\tAUC\tR@0.1%\tR@1%\tMCC\tECE\tham held\tham rejected\tlibrary AUC\tR@1%\tMCC\t")
	for _, name := range names {
		m, err := l.model(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		test, err := l.read(name, "test")
		if err != nil {
			return err
		}
		f, err := classifier.Evaluate(m, each(test))
		if err != nil {
			return err
		}
		class, h := models.Spam, f.Spam
		if h == nil {
			class, h = models.Abuse, f.Abuse
		}
		teach, err := l.read(name, "train")
		if err != nil {
			return err
		}
		n := classifier.EvaluateScores(naive(teach, test, class))
		rejected := "–"
		if h.AtReject != nil {
			rejected = percent(h.AtReject.FalsePositive, h.Ham)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.4f\t%.3f\t%.3f\t%.3f\t%.4f\t%s\t%s\t%.3f\t%.3f\t%.3f\t\n", name, class, h.Ham, h.Positive,
			h.AUC, h.RecallAtFPR["0.001"], h.RecallAtFPR["0.01"], h.MCC, h.ECE, percent(h.AtHold.FalsePositive, h.Ham), rejected,
			n.AUC, n.RecallAtFPR["0.01"], n.MCC)
	}
	return w.Flush()
}

// foreign shows a model the ham of other sets, many of them in languages that
// it has never seen: what is legitimate there must not look like spam.
func (l *lab) foreign(ctx context.Context, names []string, base string) error {
	m, err := l.model(ctx, base)
	if err != nil {
		return fmt.Errorf("%s: %w", base, err)
	}
	teach, err := l.read(base, "train")
	if err != nil {
		return err
	}
	w := l.table("ham of\trows\theld by the model of " + base + "\tmore likely spam than not\trejected\tflagged by the library\t")
	for _, name := range names {
		test, err := l.read(name, "test")
		if err != nil {
			return err
		}
		ham := slices.DeleteFunc(test, func(r models.Label) bool { return r.Label != models.Ham })
		held, likely, rejected, flagged := 0, 0, 0, 0
		for _, r := range ham {
			v := m.Verdict(classifier.FromLabel(r), classifier.Policy{})
			switch {
			case v.Action == models.Reject:
				rejected++
			case v.Action == models.Hold:
				held++
			}
			if *v.Spam >= 0.5 {
				likely++
			}
		}
		for p := range naive(teach, ham, models.Spam) {
			if p >= 0.5 {
				flagged++
			}
		}
		n := len(ham)
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t\n", name, n, percent(held, n), percent(likely, n), percent(rejected, n), percent(flagged, n))
	}
	return w.Flush()
}

// coldStart trains on every set but one and measures on that one, then adds
// more and more of its own labels.
func (l *lab) coldStart(ctx context.Context, names []string, cold string, overlap []string) error {
	own, err := l.read(cold, "train")
	if err != nil {
		return err
	}
	test, err := l.read(cold, "test")
	if err != nil {
		return err
	}
	var others []models.Label
	for _, name := range names {
		if name == cold || slices.Contains(overlap, name) {
			continue
		}
		rows, err := l.read(name, "train")
		if err != nil {
			return err
		}
		others = append(others, rows...)
	}
	base, err := train(ctx, others)
	if err != nil {
		return err
	}
	w := l.table("labels of " + cold + "\tAUC\tR@1%\tMCC\tset out from the others: AUC\tR@1%\tMCC\t")
	for _, n := range []int{0, 25, 50, 100, 200} {
		some := own[:min(n, len(own))]
		alone, err := taught(ctx, some, test, nil)
		if err != nil {
			return err
		}
		with, err := taught(ctx, some, test, base)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t\n", n, alone, with)
	}
	return w.Flush()
}

// taught measures what rows teach a model that sets out from base, as three
// cells.
func taught(ctx context.Context, rows, test []models.Label, base *classifier.Model) (string, error) {
	m := base
	if len(rows) > 0 {
		var err error
		m, _, err = classifier.Train(ctx, each(rows), classifier.TrainOptions{Seed: 1, Base: base})
		if err != nil {
			return "", err
		}
	}
	if m == nil {
		return "–\t–\t–", nil
	}
	f, err := classifier.Evaluate(m, each(test))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%.4f\t%.3f\t%.3f", f.Spam.AUC, f.Spam.RecallAtFPR["0.01"], f.Spam.MCC), nil
}

// table begins a table with its head.
func (l *lab) table(head string) *tabwriter.Writer {
	w := tabwriter.NewWriter(l.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w)
	fmt.Fprintln(w, head)
	return w
}

func percent(n, of int) string { return fmt.Sprintf("%.2f%%", 100*float64(n)/float64(cmp.Or(of, 1))) }

func each(rows []models.Label) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}
