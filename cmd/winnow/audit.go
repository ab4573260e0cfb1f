package main

import (
	"cmp"
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
		Name: "audit", Usage: "verify the audit trail", Action: group,
		Commands: []*cli.Command{{
			Name: "verify", Usage: "verify that no row was changed, removed or inserted",
			Description: "The rows are chains of hashes, one for each site and one for the installation. The server writes the last hash of each,\n" +
				"its head, into the chain of the installation and logs the head of that, once an hour; GET /v1/audit/head returns all.\n" +
				"With a head that was stored outside of the database, --expect also detects a truncated or rebuilt chain.",
			Flags: []cli.Flag{
				databaseFlag(),
				&cli.StringSliceFlag{Name: "expect", Usage: "`HASH` of an earlier head, which must be part of a chain"},
			},
			Action: withDatabase(verifyAudit),
		}},
	}
}

func verifyAudit(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	var expect []string
	for _, hash := range c.StringSlice("expect") {
		if b, err := hex.DecodeString(hash); err != nil || len(b) != 32 {
			return usagef(c, "--expect must be a hash of 64 hexadecimal digits")
		}
		expect = append(expect, strings.ToLower(hash))
	}
	bar := progress(c, -1, "verifying")
	defer bar.Close()
	progressbar.OptionShowBytes(false)(bar)
	heads, err := db.VerifyAudit(ctx, expect, func(row, of int64) {
		if row == 1 {
			bar.ChangeMax64(of)
		}
		_ = bar.Set64(row) // display only
	})
	if err != nil {
		return err
	}
	rows := int64(0)
	for _, h := range heads {
		rows += h.Seq
		if _, err := fmt.Fprintf(c.Root().Writer, "%-30s %10d rows, head %s\n", cmp.Or(h.Site, "(installation)"), h.Seq, h.Hash); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%s, all chains valid\n", counted(rows, "row"))
	return err
}
