package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/handlers/selfcheck"
	"winnow/models"
	"winnow/storage"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "say what is wrong with the set-up, and what to do about it",
		Description: "It looks at the database and its files, and asks the running nodes what they have found: proxies that are not\n" +
			"trusted, clocks, secrets and Redis. The exit status is 1 when something does not work.",
		Flags: []cli.Flag{databaseFlag(), &cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action: withDatabase(func(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
			checker := selfcheck.New(selfcheck.Config{
				DB: db, Files: append(databaseFiles(c), secretFiles(c)...), Public: true,
				Version: version(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
			})
			return printFindings(c, checker.Findings(ctx))
		}),
	}
}

func printFindings(c *cli.Command, found []models.Finding) error {
	out := c.Root().Writer
	if c.Bool("json") {
		if found == nil {
			found = []models.Finding{} // a list in JSON too
		}
		if err := json.NewEncoder(out).Encode(found); err != nil {
			return err
		}
	} else {
		printEach(c, found)
	}
	if slices.ContainsFunc(found, func(f models.Finding) bool { return f.Severity == models.SeverityError }) {
		return errors.New("the set-up has errors")
	}
	return nil
}

func printEach(c *cli.Command, found []models.Finding) {
	out := c.Root().Writer
	if len(found) == 0 {
		fmt.Fprintln(out, "Nothing is wrong.")
	}
	for _, f := range found {
		node := ""
		if f.Node != "" {
			node = " (node " + f.Node + ")"
		}
		fmt.Fprintf(out, "%s: %s%s\n  %s\n  → %s\n", f.Severity, f.Name, node, f.Problem, f.Remedy)
	}
}
