package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/google/renameio/v2/maybe"
	"github.com/urfave/cli/v3"

	"winnow/classifier"
	"winnow/models"
	"winnow/storage"
)

func modelCommand() *cli.Command {
	return &cli.Command{
		Name: "model", Usage: "manage the models in the database", Action: group,
		Commands: []*cli.Command{
			{
				Name: "list", Usage: "list the models, newest first",
				Flags:  []cli.Flag{databaseFlag(), &cli.BoolFlag{Name: "json", Usage: "print JSON"}},
				Action: withDatabase(listModels),
			},
			{
				Name: "import", ArgsUsage: "FILE", Usage: "add a model file as a candidate and print its version",
				Flags:  []cli.Flag{databaseFlag()},
				Action: importModel,
			},
			cardCommand(),
			compareCommand(),
			promoteCommand(),
			shadowCommand(),
			{
				Name: "rollback", Usage: "make the previous model live again",
				Flags:  []cli.Flag{databaseFlag()},
				Action: withDatabase(rollbackModel),
			},
			{
				Name: "export", ArgsUsage: "VERSION FILE", Usage: "write a model to a file",
				Flags:  []cli.Flag{databaseFlag()},
				Action: withDatabase(exportModel, "VERSION", "FILE"),
			},
		},
	}
}

func listModels(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	all, err := db.Models(ctx)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(all)
	}
	w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "VERSION\tSTATE\tORIGIN\tADDED\tBYTES")
	for _, m := range all {
		state := "candidate"
		if m.Live {
			state = "live"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\n", m.Version, state, m.Origin, m.CreatedAt.UTC().Format("2006-01-02 15:04"), m.Size)
	}
	return w.Flush()
}

func importModel(ctx context.Context, c *cli.Command) error {
	args, err := arguments(c, "FILE")
	if err != nil {
		return err
	}
	m, err := classifier.ReadFile(args[0])
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := addModel(ctx, db, operator(), m, "import"); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.Root().Writer, m.Version())
	return err
}

func rollbackModel(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	info, err := db.RollbackModel(ctx, operator())
	return printLive(c, info, err)
}

func printLive(c *cli.Command, info models.ModelInfo, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%s is live\n", info.Version)
	return err
}

func exportModel(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	data, err := db.ModelData(ctx, args[0])
	if err != nil {
		return err
	}
	return maybe.WriteFile(args[1], data, 0o644) // the whole file or what was there before
}
