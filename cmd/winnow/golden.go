package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"winnow/models"
	"winnow/storage"
)

func goldenCommand() *cli.Command {
	jsonFlag := &cli.BoolFlag{Name: "json", Usage: "print JSON"}
	return &cli.Command{
		Name: "golden", Usage: "manage golden examples: texts of which every model must find the right class", Action: group,
		Commands: []*cli.Command{
			{
				Name: "add", ArgsUsage: "LABEL TEXT", Usage: "add an example; LABEL is ham, spam or abuse, TEXT - is standard input",
				Flags: []cli.Flag{
					databaseFlag(), jsonFlag,
					&cli.StringFlag{Name: "site", Usage: "`SLUG` of its site (default: for all sites)"},
					&cli.StringFlag{Name: "note", Usage: "why it was chosen, as `TEXT`"},
				},
				Action: withDatabase(addGolden, "LABEL", "TEXT"),
			},
			{
				Name: "list", Usage: "list the examples, oldest first",
				Flags:  []cli.Flag{databaseFlag(), jsonFlag, &cli.StringFlag{Name: "site", Usage: "`SLUG` of the site (default all)"}},
				Action: withDatabase(listGolden),
			},
			{
				Name: "remove", ArgsUsage: "ID", Usage: "remove an example",
				Flags:  []cli.Flag{databaseFlag()},
				Action: withDatabase(removeGolden, "ID"),
			},
		},
	}
}

func addGolden(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	text := args[1]
	if text == "-" {
		data, err := io.ReadAll(io.LimitReader(c.Root().Reader, 4*models.MaxBody+1)) // characters have at most four bytes
		if err != nil {
			return fmt.Errorf("read the text: %w", err)
		}
		text = string(data)
	}
	g, err := db.AddGoldenExample(ctx, operator(), models.GoldenExample{
		Site: c.String("site"), Text: models.Clean(text), Label: models.Class(args[0]), Note: models.Clean(c.String("note")),
	})
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(g)
	}
	_, err = fmt.Fprintf(c.Root().Writer, "golden example %s added\n", g.ID)
	return err
}

// shownText is how many characters of a text a list shows.
const shownText = 60

func listGolden(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	found := []models.GoldenExample{}
	for g, err := range db.GoldenExamples(ctx, c.String("site")) {
		if err != nil {
			return err
		}
		found = append(found, g)
	}
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(found)
	}
	w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSITE\tLABEL\tTEXT\tNOTE")
	for _, g := range found {
		text := []rune(strings.Join(strings.Fields(g.Text), " "))
		if len(text) > shownText {
			text = append(text[:shownText], '…')
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", g.ID, g.Site, g.Label, strconv.Quote(string(text)), g.Note)
	}
	return w.Flush()
}

func removeGolden(ctx context.Context, _ *cli.Command, db *storage.DB, args []string) error {
	return db.RemoveGoldenExample(ctx, operator(), args[0])
}
