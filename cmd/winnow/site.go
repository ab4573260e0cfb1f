package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	strict "github.com/go-json-experiment/json"
	"github.com/urfave/cli/v3"

	"winnow/classifier/rules"
	"winnow/models"
	"winnow/models/knownnames"
	"winnow/storage"
)

func siteCommand() *cli.Command {
	jsonFlag := &cli.BoolFlag{Name: "json", Usage: "print JSON"}
	return &cli.Command{
		Name: "site", Usage: "manage sites and their keys", Action: group,
		Commands: append([]*cli.Command{
			{
				Name: "add", ArgsUsage: "SLUG", Usage: "add a site and print its secret key once",
				Flags:  append([]cli.Flag{databaseFlag(), jsonFlag}, siteFlags()...),
				Action: addSite,
			},
			{
				Name: "list", Usage: "list the sites; KEEPS is the retention of addresses, rejected texts and labels in days",
				Flags:  []cli.Flag{databaseFlag(), jsonFlag},
				Action: withDatabase(listSites),
			},
			{
				Name: "show", ArgsUsage: "SLUG", Usage: "print the settings of a site as JSON",
				Flags:  []cli.Flag{databaseFlag()},
				Action: withDatabase(showSite, "SLUG"),
			},
			{
				Name: "remove", ArgsUsage: "SLUG", Usage: "remove a site; the audit trail stays",
				Flags: []cli.Flag{
					databaseFlag(),
					&cli.BoolFlag{Name: "with-comments", Usage: "also when it has comments, which are removed for ever"},
				},
				Action: withDatabase(removeSite, "SLUG"),
			},
			{
				Name: "set", ArgsUsage: "SLUG", Usage: "change a site",
				Flags:  append([]cli.Flag{databaseFlag()}, siteFlags()...),
				Action: withDatabase(setSite, "SLUG"),
			},
			{
				Name: "rules", ArgsUsage: "SLUG", Usage: "print or set the rules of a site",
				Flags: []cli.Flag{
					databaseFlag(),
					&cli.StringFlag{Name: "file", Usage: "set the rules from `FILE`, JSON as printed; - for standard input"},
				},
				Action: siteRules,
			},
		}, siteKeyCommands()...),
	}
}

func addSite(ctx context.Context, c *cli.Command) error {
	args, err := arguments(c, "SLUG")
	if err != nil {
		return err
	}
	site := models.Site{Slug: args[0], Name: args[0], Mode: models.ModePost, Retention: models.DefaultRetention(), ProofOfWork: models.ProofOff}
	change, err := siteChange(c)
	if err != nil {
		return err
	}
	if err := change(&site); err != nil {
		return err
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	key, err := db.AddSite(ctx, operator(), site)
	if err != nil {
		return err
	}
	if keep := site.Retention; keep == (models.Retention{}) { // AddSite has replaced it by the default
		if _, err := db.UpdateSite(ctx, operator(), site.Slug, func(s *models.Site) error { s.Retention = keep; return nil }); err != nil {
			return err
		}
	}
	return printKey(c, site.Slug, key)
}

func listSites(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	sites, err := db.Sites(ctx)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(sites)
	}
	w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SLUG\tNAME\tMODE\tHOLD\tREJECT\tABUSE\tSURGE\tKEEPS\tORIGINS")
	for _, s := range sites {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d/%d/%d\t%s\n", s.Slug, s.Name, s.Mode,
			threshold(s.Thresholds.Hold), threshold(s.Thresholds.Reject), threshold(s.Thresholds.Abuse), formatBurst(s.Burst),
			s.Retention.Addresses, s.Retention.Rejected, s.Retention.Labels, strings.Join(s.Origins, " "))
	}
	return w.Flush()
}

func threshold(p *float64) string {
	if p == nil {
		return "model"
	}
	return fmt.Sprintf("%g", *p)
}

func setSite(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	change, err := siteChange(c)
	if err != nil {
		return err
	}
	_, err = db.UpdateSite(ctx, operator(), args[0], change)
	return err
}

func showSite(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	site, err := db.Site(ctx, args[0])
	if err != nil {
		return err
	}
	return printJSON(c.Root().Writer, site)
}

func removeSite(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	err := db.RemoveSite(ctx, operator(), args[0], c.Bool("with-comments"))
	if models.KindOf(err) == models.KindConflict {
		return fmt.Errorf("%w: --with-comments removes them", err)
	}
	return err
}

func siteRules(ctx context.Context, c *cli.Command) error {
	args, err := arguments(c, "SLUG")
	if err != nil {
		return err
	}
	name := c.String("file")
	var r models.Rules
	if name != "" {
		if r, err = readRules(c.Root().Reader, name); err != nil {
			return err
		}
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	if name != "" {
		return db.SetRules(ctx, operator(), args[0], r)
	}
	if r, err = db.Rules(ctx, args[0]); err != nil {
		return err
	}
	out := json.NewEncoder(c.Root().Writer)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(r)
}

// readRules reads and compiles rules. An unknown name is an error, or a misspelled
// rule would silently do nothing.
func readRules(stdin io.Reader, name string) (r models.Rules, err error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return r, err
		}
		defer f.Close()
		in = f
	}
	if err := strict.UnmarshalRead(in, &r, strict.RejectUnknownMembers(true)); err != nil {
		if field, message, unknown := knownnames.UnknownField(err); unknown {
			err = fmt.Errorf("%s %s", field, message)
		}
		return r, fmt.Errorf("rules in %s: %w", name, err)
	}
	_, err = rules.CompileDocument(r)
	return r, err
}
