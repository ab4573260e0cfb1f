package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/google/renameio/v2/maybe"
	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/classifier/report"
	"winnow/models"
)

func evaluateCommand() *cli.Command {
	return &cli.Command{
		Name: "evaluate", Usage: "measure a model on labelled rows",
		Description: "Labels that the model has learned from give figures that are too good: use others, or the cross-validated figures that train\n" +
			"prints and model card shows.",
		Flags: slices.Concat(labelFlags(), modelFlags(), []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print JSON"},
			&cli.StringFlag{Name: "report", Usage: "also write a page with plots and the worst errors to `FILE.html`"},
			&cli.BoolFlag{Name: "learning", Usage: "add a learning curve to the report; trains on parts of the rows, which is slow"},
		}),
		Action: evaluate,
	}
}

func evaluate(ctx context.Context, c *cli.Command) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	rows, err := labelRows(c)
	if err != nil {
		return err
	}
	m, err := readModel(ctx, c)
	if err != nil {
		return err
	}
	var metrics classifier.Metrics
	if file := c.String("report"); file != "" {
		metrics, err = writeReport(ctx, c, file, m, rows)
	} else {
		metrics, err = classifier.Evaluate(m, rows)
	}
	if err != nil {
		return err
	}
	return printMetrics(c, metrics)
}

func writeReport(ctx context.Context, c *cli.Command, file string, m *classifier.Model, rows iter.Seq2[models.Label, error]) (classifier.Metrics, error) {
	var page bytes.Buffer
	metrics, err := report.Write(ctx, &page, m, rows, report.Options{LearningCurve: c.Bool("learning")})
	if err != nil {
		return metrics, err
	}
	return metrics, maybe.WriteFile(file, page.Bytes(), 0o644)
}

func printMetrics(c *cli.Command, f classifier.Metrics) error {
	if c.Bool("json") {
		out := json.NewEncoder(c.Root().Writer)
		out.SetIndent("", "  ")
		return out.Encode(f)
	}
	w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d rows\tAUC\tR@0.1%%\tR@0.5%%\tR@1%%\tprecision\trecall\tF1\tMCC\tFPR\tECE\tBrier\n", f.Rows)
	heads := []namedHead{{"spam", f.Spam}, {"abuse", f.Abuse}}
	for _, head := range heads {
		if h := head.metrics; h != nil {
			fmt.Fprintf(w, "%s\t%.4f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.4f\t%.4f\t%.4f\n", head.name, h.AUC,
				h.RecallAtFPR["0.001"], h.RecallAtFPR["0.005"], h.RecallAtFPR["0.01"],
				h.Precision, h.Recall, h.F1, h.MCC, h.FPR, h.ECE, h.Brier)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, head := range heads {
		if head.metrics != nil {
			if err := printDetails(c.Root().Writer, head); err != nil {
				return err
			}
		}
	}
	return nil
}

type namedHead struct {
	name    string
	metrics *classifier.HeadMetrics
}

// printDetails prints the confusion at each threshold and for each language and
// source, and the confidence intervals.
func printDetails(out io.Writer, head namedHead) error {
	h := head.metrics
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\n%s\tthreshold\ttrue positive\tfalse negative\tfalse positive\ttrue negative\n", head.name)
	line := func(name string, c classifier.Confusion) {
		fmt.Fprintf(w, "%s\t%.3f\t%d\t%d\t%d\t%d\n", name, c.Threshold, c.TruePositive, c.FalseNegative, c.FalsePositive, c.TrueNegative)
	}
	if h.AtHold != nil {
		line("hold", *h.AtHold)
	}
	if h.AtReject != nil {
		line("reject", *h.AtReject)
	}
	for _, name := range slices.Sorted(maps.Keys(h.ByLang)) {
		line("language "+name, h.ByLang[name])
	}
	for _, name := range slices.Sorted(maps.Keys(h.BySource)) {
		line("source "+name, h.BySource[name])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(h.Interval)) {
		fmt.Fprintf(out, "%s: 95%% bootstrap interval %.4f to %.4f\n", name, h.Interval[name][0], h.Interval[name][1])
	}
	return nil
}
