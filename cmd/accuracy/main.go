// Command accuracy measures the classifier on labelled sets and prints
// eight tables, the last one only when it is asked for:
//
//   - accuracy: the metrics of each set, beside those of the naive Bayes library
//     alone
//
//   - evasion: the recall of disguised spam
//
//   - foreign: the false positives on ham of other sources and languages
//
//   - cold: the metrics on a source that the model was not trained on
//
//   - columns: the metrics with and without each column of the stack
//
//   - loop: the metrics of the models that a new site trains while comments arrive
//
//   - today: how many present-day comments are held, by the built-in model and by one
//     that a site has trained from it
//
//   - functional: how many of the texts of functional tests the built-in model holds
//
//     go run ./cmd/accuracy FOLDER
//
// FOLDER has a NAME.train.jsonl and a NAME.test.jsonl of each set, in the format of
// winnow train. The command writes no file but the plot of the loop, if -plot names one.
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
	"winnow/classifier/labelfile"
	"winnow/models"
)

func main() {
	sets := flag.String("sets", "", "names of sets, separated by commas (default: all in the folder)")
	cold := flag.String("cold", "youtube", "set that the model of the cold table is not trained on")
	overlap := flag.String("overlap", "newsmix", "sets, separated by commas, that contain rows of other sets; the cold table does not use them")
	base := flag.String("base", "newsmix", "set whose model the tables foreign and today are about")
	ablation := flag.String("ablation", "newsmix,telegram,youtube,germeval18", "sets, separated by commas, of the columns table, which trains a model without each column")
	tables := flag.String("tables", "accuracy,evasion,foreign,cold,columns,loop,today", "tables to print, separated by commas")
	sites := flag.String("sites", "newsmix,gambling,telegram", "sets, separated by commas, that arrive as the comments of a new site in the loop table")
	plot := flag.String("plot", "", "file, such as loop.svg, for a plot of the loop table")
	functional := flag.String("functional", "", "folder of functional tests in JSON Lines with text, label and functionality, for the table functional")
	present := flag.String("present", "testdata/today.jsonl", "label file of present-day comments, for the table today; testdata/second.jsonl has others")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	s := suite{folder: flag.Arg(0), out: os.Stdout, plot: *plot, tests: *functional, present: *present, models: map[string]*classifier.Model{}}
	if err := s.run(ctx, *sets, *cold, *overlap, *base, *tables, *ablation, *sites); err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

// suite holds the state of one run.
type suite struct {
	folder  string
	out     io.Writer
	plot    string                       // file for the plot of the loop; "": none
	tests   string                       // folder of functional tests
	present string                       // label file of present-day comments
	models  map[string]*classifier.Model // by set, trained on its train part
}

func (s *suite) run(ctx context.Context, sets, cold, overlap, base, tables, ablation, sites string) error {
	var names []string
	if sets != "" {
		names = strings.Split(sets, ",")
	} else {
		files, err := filepath.Glob(filepath.Join(s.folder, "*.train.jsonl"))
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
			err = s.accuracy(ctx, names)
		case "evasion":
			err = s.evasion(ctx, names)
		case "foreign":
			err = s.foreignHam(ctx, names, base)
		case "columns":
			err = s.columns(ctx, names, strings.Split(ablation, ","))
		case "functional":
			err = s.functional(s.tests)
		case "today":
			err = s.today(ctx, s.present, []string{base})
		case "loop":
			err = s.loop(ctx, strings.Split(sites, ","))
		case "cold":
			err = s.coldStart(ctx, names, cold, strings.Split(overlap, ","))
		default:
			err = fmt.Errorf("unknown table %q", table)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read returns the rows of the train or test part of a set.
func (s *suite) read(name, part string) ([]models.Label, error) {
	return readLabels(filepath.Join(s.folder, name+"."+part+".jsonl"))
}

func readLabels(path string) (rows []models.Label, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for row, err := range labelfile.Read(f, path, labelfile.Options{}) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// model returns the model that is trained on the train part of a set.
func (s *suite) model(ctx context.Context, name string) (*classifier.Model, error) {
	if m := s.models[name]; m != nil {
		return m, nil
	}
	rows, err := s.read(name, "train")
	if err != nil {
		return nil, err
	}
	m, err := train(ctx, rows)
	s.models[name] = m
	return m, err
}

func train(ctx context.Context, rows []models.Label) (*classifier.Model, error) {
	m, _, err := classifier.Train(ctx, labelSeq(rows), classifier.TrainOptions{Seed: 1})
	return m, err
}

// newTable begins a table with its header line.
func (s *suite) newTable(head string) *tabwriter.Writer {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
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
