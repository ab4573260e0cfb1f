package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"winnow/classifier/labelfile"
	"winnow/models"
)

func labelsCommand() *cli.Command {
	return &cli.Command{
		Name: "labels", Usage: "files with labelled rows", Action: group,
		Commands: []*cli.Command{{
			Name: "check", ArgsUsage: "FILE", Usage: "say what is found in a file with labelled rows, - for standard input",
			Description: "Reads the file as train does and prints its format, columns, labels and bad rows. Nothing is stored.",
			Flags:       append(formatFlags(), &cli.BoolFlag{Name: "json", Usage: "print JSON"}),
			Action:      checkLabels,
		}},
	}
}

func checkLabels(_ context.Context, c *cli.Command) error {
	args, err := arguments(c, "FILE")
	if err != nil {
		return err
	}
	opt, err := labelOptions(c)
	if err != nil {
		return err
	}
	in, end, err := openInput(c, args[0])
	if err != nil {
		return err
	}
	found, err := labelfile.Check(in, args[0], opt)
	end()
	if printErr := printSummary(c, found); err == nil {
		err = printErr
	}
	if err == nil && found.BadRows > 0 {
		return fmt.Errorf("%d bad rows; train and evaluate stop at the first, or leave them out with --skip-bad", found.BadRows)
	}
	return err
}

func printSummary(c *cli.Command, found labelfile.Summary) error {
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(found)
	}
	w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
	for _, line := range []struct{ name, value string }{
		{"format", found.Format},
		{"encoding", found.Encoding},
		{"separator", found.Separator},
		{"day and month", string(found.DateOrder)},
		{"ignored columns", strings.Join(found.Ignored, ", ")},
	} {
		if line.value != "" {
			fmt.Fprintf(w, "%s\t%s\n", line.name, line.value)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(found.Columns)) {
		fmt.Fprintf(w, "column of %s\t%s\n", field, found.Columns[field])
	}
	for _, class := range []models.Class{models.Ham, models.Spam, models.Abuse} {
		fmt.Fprintf(w, "%s\t%d\n", class, found.Labels[class])
	}
	fmt.Fprintf(w, "bad rows\t%d\n", found.BadRows)
	if err := w.Flush(); err != nil {
		return err
	}
	return printBadRows(c.Root().Writer, found)
}

func printBadRows(out io.Writer, found labelfile.Summary) error {
	for _, bad := range found.Errors {
		if _, err := fmt.Fprintln(out, bad); err != nil {
			return err
		}
	}
	if more := found.BadRows - len(found.Errors); more > 0 {
		_, err := fmt.Fprintf(out, "and %d more\n", more)
		return err
	}
	return nil
}
