package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"winnow/classifier/card"
)

func cardCommand() *cli.Command {
	return &cli.Command{
		Name: "card", ArgsUsage: "MODEL", Usage: "describe a model in Markdown: its labels, figures, thresholds and limits",
		Description: "MODEL is a file, a version in the database, starter or live.",
		Flags:       []cli.Flag{databaseFlag(), &cli.StringFlag{Name: "lang", Value: "en", Usage: "`LANGUAGE` of the text: en or de"}},
		Action: func(ctx context.Context, c *cli.Command) error {
			args, err := arguments(c, "MODEL")
			if err != nil {
				return err
			}
			m, err := namedModel(ctx, c, args[0])
			if err != nil {
				return err
			}
			return card.Write(c.Root().Writer, m, c.String("lang"), func(string) bool { return true })
		},
	}
}
