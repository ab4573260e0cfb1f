package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v3"

	"winnow/classifier/labelfile"
	"winnow/models"
)

func labelFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringSliceFlag{Name: "labels", Usage: "labelled rows in `FILE`, .jsonl, .csv, .tsv or .xlsx, - for standard input (repeatable)"},
		&cli.BoolFlag{Name: "skip-bad", Usage: "report invalid rows and continue"},
	}, formatFlags()...)
}

// formatFlags say how to read label files. They belong to the files of one
// command, so that no environment variable sets them.
func formatFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "columns", Usage: "columns that are not found by name, as `FIELD=COLUMN,...`: text=Kommentar,label=Status, or text=2,label=1 if there is no header"},
		&cli.StringSliceFlag{Name: "label-map", Usage: "what labels mean, as `VALUE=CLASS,...`: 1=spam,0=ham,toxic=abuse"},
		&cli.StringFlag{Name: "separator", Usage: "between fields: comma, semicolon, tab, pipe or a `CHARACTER` (default: found)"},
		&cli.StringFlag{Name: "encoding", Usage: "`NAME` such as utf-8, windows-1252, windows-1251 or macintosh (default: found)"},
		&cli.StringFlag{Name: "date-order", Usage: "dmy or mdy: `ORDER` of dates such as 03/04/2026 (default: found)"},
	}
}

// labelOptions reads the flags of formatFlags.
func labelOptions(c *cli.Command) (opt labelfile.Options, err error) {
	if opt.Columns, err = labelfile.ParseColumns(strings.Join(c.StringSlice("columns"), ",")); err != nil {
		return opt, flagError(c, err)
	}
	if opt.LabelMap, err = labelfile.ParseLabelMap(strings.Join(c.StringSlice("label-map"), ",")); err != nil {
		return opt, flagError(c, err)
	}
	if name := c.String("separator"); name != "" {
		if opt.Separator, err = labelfile.ParseSeparator(name); err != nil {
			return opt, flagError(c, err)
		}
	}
	opt.Encoding, opt.DateOrder = c.String("encoding"), labelfile.DateOrder(c.String("date-order"))
	return opt, flagError(c, opt.Validate())
}

// flagError makes a usage error of options that are not valid: their fields are
// named as the flags are.
func flagError(c *cli.Command, err error) error {
	var invalid *models.Error
	if err == nil || !errors.As(err, &invalid) {
		return err
	}
	faults := make([]string, len(invalid.Fields))
	for i, f := range invalid.Fields {
		faults[i] = "--" + strings.ReplaceAll(f.Field, "_", "-") + " " + f.Message
	}
	return usagef(c, "%s", strings.Join(faults, "; "))
}

// labelRows streams the rows of all --labels files. A row without a source gets the
// name of its file. An invalid row ends the stream, or with --skip-bad is reported
// and left out.
func labelRows(c *cli.Command) (iter.Seq2[models.Label, error], error) {
	files := c.StringSlice("labels")
	if len(files) == 0 {
		return nil, usagef(c, "--labels is missing")
	}
	opt, err := labelOptions(c)
	if err != nil {
		return nil, err
	}
	return func(yield func(models.Label, error) bool) {
		skipped, opt := 0, opt
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

func labelFile(c *cli.Command, name string, opt labelfile.Options) iter.Seq2[models.Label, error] {
	return func(yield func(models.Label, error) bool) {
		in, end, err := openInput(c, name)
		if err != nil {
			yield(models.Label{}, err)
			return
		}
		defer end()
		for row, err := range labelfile.Read(in, name, opt) {
			if !yield(row, err) {
				return
			}
		}
	}
}

// openInput opens a file, - for standard input, with a progress bar.
func openInput(c *cli.Command, name string) (in io.Reader, end func(), err error) {
	if name == "-" {
		bar := progress(c, -1, "reading "+name)
		return io.TeeReader(c.Root().Reader, bar), func() { _ = bar.Close() }, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	size := int64(-1)
	if info, err := f.Stat(); err == nil {
		size = info.Size()
	}
	bar := progress(c, size, "reading "+filepath.Base(name))
	return io.TeeReader(f, bar), func() { _, _ = bar.Close(), f.Close() }, nil
}

// progress returns a progress bar for the bytes written to it. It shows only when
// standard error is a terminal.
func progress(c *cli.Command, size int64, what string, more ...progressbar.Option) *progressbar.ProgressBar {
	shown := false
	if f, ok := c.Root().ErrWriter.(*os.File); ok {
		info, err := f.Stat()
		shown = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return progressbar.NewOptions64(size, append([]progressbar.Option{
		progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(c.Root().ErrWriter), progressbar.OptionSetVisibility(shown),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6), progressbar.OptionSetWidth(30),
		progressbar.OptionSetSpinnerChangeInterval(0), // its goroutine would race with the writers
	}, more...)...)
}
