package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"winnow/storage"
)

func signingKeyCommand() *cli.Command {
	return &cli.Command{
		Name: "signing-key", Usage: "manage the key of access tokens", Action: group,
		Commands: []*cli.Command{{
			Name: "rotate", Usage: "sign access tokens with a new key from now on",
			Description: "The server does so every 30 days. Sessions go on: tokens of the old key are accepted for 16 minutes, and\n" +
				"clients have refreshed them by then. Run it twice to refuse them at once.",
			Flags:  []cli.Flag{databaseFlag()},
			Action: withDatabase(rotateSigningKey),
		}},
	}
}

func rotateSigningKey(ctx context.Context, _ *cli.Command, db *storage.DB, _ []string) error {
	_, err := db.RotateSigningKey(ctx, operator(), 0)
	return err
}
