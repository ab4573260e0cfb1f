package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/models"
	"winnow/storage"
)

// siteKeyCommands are the subcommands of site that manage its keys.
func siteKeyCommands() []*cli.Command {
	jsonFlag := &cli.BoolFlag{Name: "json", Usage: "print JSON"}
	return []*cli.Command{
		{
			Name: "keys", ArgsUsage: "SLUG", Usage: "list the keys of a site, without their secrets",
			Flags:  []cli.Flag{databaseFlag(), jsonFlag},
			Action: withDatabase(listSiteKeys, "SLUG"),
		},
		{
			Name: "add-key", ArgsUsage: "SLUG NAME", Usage: "add a key to a site and print its secret once",
			Flags: []cli.Flag{
				databaseFlag(), jsonFlag,
				&cli.StringSliceFlag{Name: "scope", Usage: "what the key is for: post, read, articles, moderate or export (`SCOPE`, repeatable; default post, read, articles), or akismet alone, a short key for clients of Akismet"},
				&cli.DurationFlag{Name: "for", Usage: "end the key after this `DURATION`, such as 720h (default: never)"},
			},
			Action: withDatabase(addSiteKey, "SLUG", "NAME"),
		},
		{
			Name: "rotate-key", ArgsUsage: "SLUG", Usage: "replace a key of a site",
			Flags: []cli.Flag{
				databaseFlag(), jsonFlag,
				&cli.StringFlag{Name: "name", Value: models.MainKey, Usage: "`NAME` of the key"},
				&cli.DurationFlag{Name: "overlap", Usage: "let the old key work for this `DURATION`, such as 24h (default: it becomes invalid at once)"},
			},
			Action: withDatabase(rotateSiteKey, "SLUG"),
		},
		{
			Name: "remove-key", ArgsUsage: "SLUG ID", Usage: "end a key of a site at once",
			Flags:  []cli.Flag{databaseFlag()},
			Action: withDatabase(removeSiteKey, "SLUG", "ID"),
		},
	}
}

func listSiteKeys(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	if _, err := db.Site(ctx, args[0]); err != nil {
		return err
	}
	keys, err := db.SiteKeys(ctx, args[0])
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(keys)
	}
	w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tSCOPES\tCREATED\tLAST USED\tENDS")
	for _, k := range keys {
		scopes := make([]string, len(k.Scopes))
		for i, s := range k.Scopes {
			scopes[i] = string(s)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, strings.Join(scopes, " "),
			k.CreatedAt.Format(time.RFC3339), timeOr(k.UsedAt, "never"), timeOr(k.Until, "never"))
	}
	return w.Flush()
}

func timeOr(t *time.Time, absent string) string {
	if t == nil {
		return absent
	}
	return t.Format(time.RFC3339)
}

func addSiteKey(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	k := models.SiteKey{Name: args[1], Scopes: models.FrontEndScopes()}
	if c.IsSet("scope") {
		k.Scopes = nil
		for _, s := range list(c, "scope") {
			k.Scopes = append(k.Scopes, models.KeyScope(s))
		}
	}
	if c.IsSet("for") {
		until := time.Now().Add(c.Duration("for"))
		k.Until = &until
	}
	_, secret, err := db.AddSiteKey(ctx, operator(), args[0], k)
	if err != nil {
		return err
	}
	return printKey(c, args[0], secret)
}

func rotateSiteKey(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	var oldUntil time.Time
	switch overlap := c.Duration("overlap"); {
	case overlap < 0:
		return usagef(c, "--overlap must not be negative")
	case overlap > 0:
		oldUntil = time.Now().Add(overlap)
	}
	secret, err := db.RotateSiteKey(ctx, operator(), args[0], c.String("name"), oldUntil)
	if err != nil {
		return err
	}
	return printKey(c, args[0], secret)
}

func removeSiteKey(ctx context.Context, _ *cli.Command, db *storage.DB, args []string) error {
	return db.RemoveSiteKey(ctx, operator(), args[0], args[1])
}

// printKey prints a key, which is stored as a hash only.
func printKey(c *cli.Command, slug, key string) error {
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(map[string]string{"slug": slug, "key": key})
	}
	use := "Front ends send it as Authorization: Bearer KEY."
	if models.IsAkismetKey(key) {
		use = "Clients of Akismet take it as their API key; it is valid for nothing else."
	}
	_, err := fmt.Fprintf(c.Root().Writer, "The secret key of site %s is\n\n  %s\n\nIt is shown only once. %s\n", slug, key, use)
	return err
}
