package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/models"
)

func scoreCommand() *cli.Command {
	return &cli.Command{
		Name: "score", Usage: "score texts with a model",
		Description: "Reads and writes JSON Lines in the same order. A row needs a text; rows of labels are accepted.",
		Flags: []cli.Flag{
			modelFlag(),
			&cli.StringFlag{Name: "in", Value: "-", Usage: "rows in `FILE`; - for standard input"},
			&cli.StringFlag{Name: "out", Value: "-", Usage: "scored rows to `FILE`; - for standard output"},
		},
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
	m, err := readModel(c)
	if err != nil {
		return err
	}
	in, out := c.Root().Reader, c.Root().Writer
	if name := c.String("in"); name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
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
	return scoreRows(ctx, m, in, out)
}

// scoreRows scores row by row. Rows before an error are written.
func scoreRows(ctx context.Context, m *classifier.Model, in io.Reader, out io.Writer) (err error) {
	w := bufio.NewWriter(out)
	defer func() { err = errors.Join(err, w.Flush()) }()
	write := json.NewEncoder(w)
	read := json.NewDecoder(in)
	for n := 1; ctx.Err() == nil; n++ {
		var row models.Label
		switch err := read.Decode(&row); {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("row %d: %w", n, err)
		}
		v := m.Verdict(classifier.FromLabel(row), classifier.Policy{Site: row.Site})
		if err := write.Encode(scoredRow{row.ID, row.Label, v.Spam, v.Abuse, v.Action, v.Signals, v.Model}); err != nil {
			return err
		}
	}
	return ctx.Err()
}
