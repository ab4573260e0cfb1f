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
		Name: "audit", Usage: "verify the audit trail", Action: group,
		Commands: []*cli.Command{{
			Name: "verify", Usage: "verify that no row was changed, removed or inserted",
			Description: "The rows are a chain of hashes. The server logs its last hash, the head, once an hour, and GET /v1/audit/head returns\n" +
				"it. With a head that was stored outside of the database, --expect also detects a truncated or rebuilt chain.",
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
		_ = bar.Set64(row) // display only
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%d rows, chain valid, head %s\n", head.Seq, head.Hash)
	return err
}
