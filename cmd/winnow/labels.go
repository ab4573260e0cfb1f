package main

import (
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/models"
)

func labelFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "labels", Usage: "labelled rows in `FILE`, JSON Lines or CSV by its extension; - for JSON Lines on standard input (repeatable)"},
		&cli.BoolFlag{Name: "skip-bad", Usage: "report invalid rows and continue"},
	}
}

// labelRows streams the rows of all --labels files. A row without a source gets the
// name of its file. An invalid row ends the stream, or with --skip-bad is reported
// and left out.
func labelRows(c *cli.Command) (iter.Seq2[models.Label, error], error) {
	files := c.StringSlice("labels")
	if len(files) == 0 {
		return nil, usagef(c, "--labels is missing")
	}
	return func(yield func(models.Label, error) bool) {
		skipped, opt := 0, classifier.LabelOptions{}
		if c.Bool("skip-bad") {
			opt.Skip = func(bad error) {
				fmt.Fprintf(c.Root().ErrWriter, "skipped: %v\n", bad)
				skipped++
			}
		}
		for _, name := range files {
			for row, err := range labelFile(c, name, opt) {
				if row.Source == "" {
					row.Source = filepath.Base(name)
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
		if skipped > 0 {
			fmt.Fprintf(c.Root().ErrWriter, "%d invalid rows were skipped\n", skipped)
		}
	}, nil
}

func labelFile(c *cli.Command, name string, opt classifier.LabelOptions) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		in, size := c.Root().Reader, int64(-1)
		if name != "-" {
			f, err := os.Open(name)
			if err != nil {
				yield(models.Label{}, err)
				return
			}
			defer f.Close()
			if info, err := f.Stat(); err == nil {
				size = info.Size()
			}
			in = f
		}
		bar := progress(c, size, "reading "+filepath.Base(name))
		defer bar.Close()
		for row, err := range classifier.ReadLabels(io.TeeReader(in, bar), name, opt) {
			if !yield(row, err) {
				return
			}
		}
	}
}

// progress returns a progress bar for the bytes written to it. It shows only when
// standard error is a terminal.
func progress(c *cli.Command, size int64, what string) *progressbar.ProgressBar {
	shown := false
	if f, ok := c.Root().ErrWriter.(*os.File); ok {
		info, err := f.Stat()
		shown = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return progressbar.NewOptions64(size,
		progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(c.Root().ErrWriter), progressbar.OptionSetVisibility(shown),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6), progressbar.OptionSetWidth(30),
		progressbar.OptionSetSpinnerChangeInterval(0)) // its goroutine would race with the writers
}
