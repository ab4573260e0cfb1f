package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/handlers/promotion"
	"winnow/storage"
)

func shadowCommand() *cli.Command {
	return &cli.Command{
		Name: "shadow", ArgsUsage: "VERSION", Usage: "let a model run beside the live one, on the comments that arrive",
		Description: "The servers score each comment with both models, some seconds after it arrived; the live one alone decides. Half of\n" +
			"the differences get a second look. \"model list --json\" has the counts.",
		Flags: []cli.Flag{
			databaseFlag(),
			&cli.BoolFlag{Name: "promote", Usage: "promote it by itself after a day and 200 comments, when nothing speaks against it"},
			&cli.BoolFlag{Name: "stop", Usage: "end it"},
		},
		Action: withDatabase(shadowModel, "VERSION"),
	}
}

func shadowModel(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	by := operator()
	if c.Bool("stop") {
		if c.Bool("promote") {
			return usagef(c, "--promote and --stop exclude each other")
		}
		s, err := db.EndShadow(ctx, by, args[0], "ended by "+by.Name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.Root().Writer, "%s has run beside the live model with %s: it would have held %d (the live model %d) and rejected %d (%d)\n",
			args[0], counted(s.Comments, "comment"), s.HeldThen, s.HeldNow, s.RejectedThen, s.RejectedNow)
		return err
	}
	if _, err := promotion.New(db, time.Now).Load(ctx, args[0]); err != nil {
		return err
	}
	s, err := db.StartShadow(ctx, by, args[0], c.Bool("promote"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%s runs beside %s\n", args[0], s.Live)
	return err
}
