package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/classifier/report"
	"winnow/models"
)

func evaluateCommand() *cli.Command {
	return &cli.Command{
		Name: "evaluate", Usage: "measure a model on labelled rows",
		Flags: append(labelFlags(), modelFlag(),
			&cli.BoolFlag{Name: "json", Sources: env("json"), Usage: "print JSON"},
			&cli.StringFlag{Name: "report", Sources: env("report"), Usage: "also write a page with plots and the worst mistakes to `FILE.html`"},
			&cli.BoolFlag{Name: "learning", Sources: env("learning"), Usage: "draw a learning curve in the report: trains on parts of the rows, which takes its time"},
		),
		Action: evaluate,
	}
}

func modelFlag() cli.Flag {
	return &cli.StringFlag{Name: "model", Sources: env("model"), Usage: "model `FILE`"}
}

func readModel(c *cli.Command) (*classifier.Model, error) {
	name := c.String("model")
	if name == "" {
		return nil, usagef(c, "--model is missing")
	}
	return classifier.ReadFile(name)
}

func evaluate(ctx context.Context, c *cli.Command) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	rows, err := labelRows(c)
	if err != nil {
		return err
	}
	m, err := readModel(c)
	if err != nil {
		return err
	}
	var figures classifier.Figures
	if file := c.String("report"); file != "" {
		figures, err = writeReport(ctx, c, file, m, rows)
	} else {
		figures, err = classifier.Evaluate(m, rows)
	}
	if err != nil {
		return err
	}
	return printFigures(c, figures)
}

func writeReport(ctx context.Context, c *cli.Command, file string, m *classifier.Model, rows iter.Seq2[models.Label, error]) (classifier.Figures, error) {
	var page bytes.Buffer
	figures, err := report.Write(ctx, &page, m, rows, report.Options{Learning: c.Bool("learning")})
	if err != nil {
		return figures, err
	}
	return figures, writeFile(file, page.Bytes())
}

func printFigures(c *cli.Command, f classifier.Figures) error {
	if c.Bool("json") {
		out := json.NewEncoder(c.Root().Writer)
		out.SetIndent("", "  ")
		return out.Encode(f)
	}
	w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d rows\tAUC\tR@0.1%%\tR@0.5%%\tR@1%%\tprecision\trecall\tF1\tMCC\tFPR\tECE\tBrier\n", f.Rows)
	for _, head := range []struct {
		name string
		f    *classifier.HeadFigures
	}{{"spam", f.Spam}, {"abuse", f.Abuse}} {
		if h := head.f; h != nil {
			fmt.Fprintf(w, "%s\t%.4f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.4f\t%.4f\t%.4f\n", head.name, h.AUC,
				h.RecallAtFPR["0.001"], h.RecallAtFPR["0.005"], h.RecallAtFPR["0.01"],
				h.Precision, h.Recall, h.F1, h.MCC, h.FPR, h.ECE, h.Brier)
		}
	}
	return w.Flush()
}
