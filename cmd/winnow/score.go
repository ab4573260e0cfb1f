package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/models"
)

func scoreCommand() *cli.Command {
	return &cli.Command{
		Name: "score", Usage: "score texts with a model",
		Description: "Reads what train reads, with or without labels, and writes JSON Lines in the same order. A row needs a text; its site, if\n" +
			"any, has its threshold of the model.",
		Flags: slices.Concat(modelFlags(), []cli.Flag{
			&cli.StringFlag{Name: "in", Value: "-", Usage: "rows in `FILE`, .jsonl, .csv, .tsv or .xlsx; - for standard input"},
			&cli.StringFlag{Name: "out", Value: "-", Usage: "scored rows to `FILE`; - for standard output"},
		}, formatFlags()),
		Action: score,
	}
}

// scoredRow is a row of the output.
type scoredRow struct {
	ID      string          `json:"id"`
	Label   models.Class    `json:"label,omitempty"`
	Spam    *float64        `json:"spam,omitempty"`
	Abuse   *float64        `json:"abuse,omitempty"`
	Action  models.Action   `json:"action"`
	Signals []models.Signal `json:"signals"`
	Model   string          `json:"model"`
}

func score(ctx context.Context, c *cli.Command) (err error) {
	if _, err := arguments(c); err != nil {
		return err
	}
	m, err := readModel(ctx, c)
	if err != nil {
		return err
	}
	opt, err := labelOptions(c)
	if err != nil {
		return err
	}
	opt.Unlabelled = true
	out := c.Root().Writer
	if name := c.String("out"); name != "-" {
		f, createErr := os.Create(name)
		if createErr != nil {
			return createErr
		}
		defer func() {
			if closeErr := f.Close(); err == nil {
				err = closeErr
			}
		}()
		out = f
	}
	return scoreRows(ctx, m, labelFile(c, c.String("in"), opt), out)
}

// scoreRows scores row by row. Rows before an error are written.
func scoreRows(ctx context.Context, m *classifier.Model, rows iter.Seq2[models.Label, error], out io.Writer) (err error) {
	w := bufio.NewWriter(out)
	defer func() { err = errors.Join(err, w.Flush()) }()
	write := json.NewEncoder(w)
	for row, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		v := m.Verdict(classifier.FromLabel(row), classifier.Policy{Site: row.Site})
		if err := write.Encode(scoredRow{row.ID, row.Label, v.Spam, v.Abuse, v.Action, v.Signals, v.Model}); err != nil {
			return err
		}
	}
	return nil
}
