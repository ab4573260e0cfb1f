package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"winnow/storage"
)

func databaseFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "database", Value: "sqlite:winnow-data/winnow.db", Sources: secretEnv("database"),
		Usage: "where records are stored: sqlite:`FILE` or postgres://…",
	}
}

// openDatabase opens the database of --database and migrates it to the schema of
// this program.
func openDatabase(ctx context.Context, c *cli.Command) (*storage.DB, error) {
	db, _, err := migratedDatabase(ctx, c)
	return db, err
}

// withDatabase returns an action that checks the arguments, one for each name, and
// opens the database.
func withDatabase(do func(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error, names ...string) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) error {
		args, err := arguments(c, names...)
		if err != nil {
			return err
		}
		db, err := openDatabase(ctx, c)
		if err != nil {
			return err
		}
		defer db.Close()
		return do(ctx, c, db, args)
	}
}

// databaseURL returns the value of --database.
func databaseURL(c *cli.Command) (string, error) {
	url := c.String("database")
	if !strings.HasPrefix(url, "sqlite:") && !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		return "", usagef(c, "--database must begin with sqlite: or postgres://")
	}
	return url, nil
}

// databaseFiles returns the files of a SQLite database.
func databaseFiles(c *cli.Command) []string {
	path, found := strings.CutPrefix(c.String("database"), "sqlite:")
	if !found || path == "" {
		return nil
	}
	return []string{path, path + "-wal", path + "-shm"}
}

func migratedDatabase(ctx context.Context, c *cli.Command) (_ *storage.DB, applied int, _ error) {
	url, err := databaseURL(c)
	if err != nil {
		return nil, 0, err
	}
	db, err := storage.Open(ctx, url, storage.Options{})
	if err != nil {
		return nil, 0, err
	}
	applied, err = db.Migrate(ctx)
	if err != nil {
		db.Close()
		return nil, 0, err
	}
	return db, applied, nil
}

func migrateCommand() *cli.Command {
	return &cli.Command{
		Name: "migrate", Usage: "migrate the database to the schema of this version",
		Description: "Every command that opens the database does this by itself. Run it to migrate before the nodes start.",
		Flags:       []cli.Flag{databaseFlag()},
		Action: func(ctx context.Context, c *cli.Command) error {
			if _, err := arguments(c); err != nil {
				return err
			}
			db, applied, err := migratedDatabase(ctx, c)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.Root().Writer, "%d migrations applied\n", applied)
			return db.Close()
		},
	}
}
