package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v3"

	"winnow/storage"
)

func auditCommand() *cli.Command {
	return &cli.Command{
		Name: "audit", Usage: "the trail of who changed what", Action: group,
		Commands: []*cli.Command{{
			Name: "verify", Usage: "prove that no row was changed, removed or put in",
			Description: "The rows are a chain of hashes. Its end, the head, stands in the server's log once an hour and at GET /v1/audit/head:\n" +
				"a hash from there, kept outside of the database, shows with --expect also when the end was cut off or all was made anew.",
			Flags: []cli.Flag{
				databaseFlag(),
				&cli.StringFlag{Name: "expect", Usage: "`HASH` of an earlier head, which must be part of the chain"},
			},
			Action: withDatabase(verifyAudit),
		}},
	}
}

func verifyAudit(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	expect := strings.ToLower(c.String("expect"))
	if b, err := hex.DecodeString(expect); err != nil || (expect != "" && len(b) != 32) {
		return usagef(c, "--expect must be a hash of 64 hexadecimal digits")
	}
	bar := progress(c, -1, "verifying")
	defer bar.Close()
	progressbar.OptionShowBytes(false)(bar)
	head, err := db.VerifyAudit(ctx, expect, func(row, of int64) {
		if row == 1 {
			bar.ChangeMax64(of)
		}
		_ = bar.Set64(row) // only shows
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%d rows, chain whole, head %s\n", head.Seq, head.Hash)
	return err
}
