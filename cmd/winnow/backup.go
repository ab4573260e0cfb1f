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
		Name: "backup", ArgsUsage: "FILE", Usage: "write everything into one file, while the nodes run",
		Description: "The file is a SQLite database, whatever the records are kept in: winnow serve --database sqlite:FILE opens it, and\n" +
			"winnow restore takes it. It holds every secret that the database holds. It appears when it is complete; a\n" +
			"backup that is cut off leaves FILE.….part, which may be removed.",
		Flags: []cli.Flag{
			databaseFlag(),
			&cli.BoolFlag{Name: "force", Usage: "replace FILE if it is there"},
		},
		Action: backup,
	}
}

func restoreCommand() *cli.Command {
	return &cli.Command{
		Name: "restore", ArgsUsage: "FILE", Usage: "fill an empty database from a backup",
		Description: "The database may be of the other kind, which is the way from SQLite to PostgreSQL and back. The backup may be one\n" +
			"of an older version. Start the nodes afterwards: the first start of a node already puts a site into the database.",
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
		if _, err := os.Stat(path); err != nil { // else it would be made
			return err
		}
	}
	// It is not migrated: a backup is what one makes before that.
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

// progressOf shows on a terminal how far storage is.
func progressOf(c *cli.Command, what string) storage.Progress {
	bar := progress(c, -1, what)
	return func(done, total int64) {
		bar.ChangeMax64(total)
		_ = bar.Set64(done) // it is only shown
	}
}
