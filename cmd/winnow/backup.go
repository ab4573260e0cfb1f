package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"winnow/storage"
)

func backupCommand() *cli.Command {
	return &cli.Command{
		Name: "backup", ArgsUsage: "FILE", Usage: "write all records into one file while the nodes run",
		Description: "The file is a SQLite database, also for PostgreSQL: winnow serve --database sqlite:FILE opens it, and\n" +
			"winnow restore reads it. It has all secrets of the database. FILE is created when it is complete; an\n" +
			"interrupted backup leaves FILE.….part, which may be removed.",
		Flags: []cli.Flag{
			databaseFlag(),
			&cli.BoolFlag{Name: "force", Usage: "replace FILE if it exists"},
		},
		Action: backup,
	}
}

func restoreCommand() *cli.Command {
	return &cli.Command{
		Name: "restore", ArgsUsage: "FILE", Usage: "fill an empty database from a backup",
		Description: "The database may be of the other kind: this migrates SQLite to PostgreSQL and back. The backup may be from an\n" +
			"older version. Start the nodes afterwards: the first start of a node adds a site, and the database is not empty.",
		Flags:  []cli.Flag{databaseFlag()},
		Action: restore,
	}
}

func backup(ctx context.Context, c *cli.Command) error {
	file, url, err := fileAndDatabase(c)
	if err != nil {
		return err
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil { // or Open would create it
			return err
		}
	}
	// Not migrated: backups are made before a migration.
	db, err := storage.Open(ctx, url, storage.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Backup(ctx, file, c.Bool("force"), progressOf(c, "backup")); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%s is complete\n", file)
	return err
}

func restore(ctx context.Context, c *cli.Command) error {
	file, url, err := fileAndDatabase(c)
	if err != nil {
		return err
	}
	if err := storage.Restore(ctx, url, file, progressOf(c, "restore")); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%s is restored\n", file)
	return err
}

func fileAndDatabase(c *cli.Command) (file, url string, err error) {
	args, err := arguments(c, "FILE")
	if err != nil {
		return "", "", err
	}
	url, err = databaseURL(c)
	return args[0], url, err
}

// progressOf shows the progress on a terminal.
func progressOf(c *cli.Command, what string) storage.Progress {
	bar := progress(c, -1, what)
	return func(done, total int64) {
		bar.ChangeMax64(total)
		_ = bar.Set64(done) // display only
	}
}
