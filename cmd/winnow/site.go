package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"winnow/classifier/rules"
	"winnow/models"
	"winnow/storage"
)

func siteCommand() *cli.Command {
	jsonFlag := &cli.BoolFlag{Name: "json", Usage: "print JSON"}
	return &cli.Command{
		Name: "site", Usage: "manage sites and their keys", Action: group,
		Commands: []*cli.Command{
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
				Name: "rotate-key", ArgsUsage: "SLUG", Usage: "replace a site's secret key; the old one becomes invalid at once",
				Flags:  []cli.Flag{databaseFlag(), jsonFlag},
				Action: withDatabase(rotateSiteKey, "SLUG"),
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
		},
	}
}

// siteFlags are the properties of a site, for add and set.
func siteFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "name", Usage: "display `NAME`"},
		&cli.StringSliceFlag{Name: "origin", Usage: "browser origin that may post without a key, such as https://news.example (`URL`, repeatable)"},
		&cli.StringFlag{Name: "mode", Usage: "post: publish what the filter approves; pre: hold all comments for a moderator"},
		&cli.StringFlag{Name: "hold", Usage: "`PROBABILITY` of spam from which comments are held, or \"model\" for the threshold of the model"},
		&cli.StringFlag{Name: "reject", Usage: "`PROBABILITY` of spam from which comments are rejected, or \"model\""},
		&cli.StringFlag{Name: "sso-secret", Usage: "HS256 `SECRET` with which the site signs reader tokens; \"\" for none"},
		&cli.StringFlag{Name: "sso-secret-file", Usage: "read the secret from `FILE`, which other users cannot see; - for standard input"},
		&cli.FloatFlag{Name: "second-look", Usage: "`SHARE`, 0 to 1, of decisions and of automatically approved or rejected comments that get a second look (default 0.01)"},
		&cli.StringFlag{Name: "surge", Usage: "`COUNT/MINUTES/HOLD`: when an article gets more than COUNT comments within MINUTES, hold all its comments for HOLD minutes (default \"off\")"},
		&cli.IntFlag{Name: "keep-addresses", Usage: "`DAYS` to keep hashes of addresses, user agents and referrers (default 30; 0: forever)"},
		&cli.IntFlag{Name: "keep-rejected", Usage: "`DAYS` to keep the text of rejected comments and the authors of labels (default 180; 0: forever)"},
		&cli.IntFlag{Name: "keep-labels", Usage: "`DAYS` to keep labels (default 0: forever)"},
	}
}

// siteChange returns a function that applies the given flags to a site. It reads the
// file of the secret before, because a repeated transaction calls the function
// again.
func siteChange(c *cli.Command) (func(*models.Site) error, error) {
	secret, err := ssoSecretOf(c)
	if err != nil {
		return nil, err
	}
	return func(s *models.Site) error {
		if c.IsSet("name") {
			s.Name = models.Clean(c.String("name"))
		}
		if c.IsSet("origin") {
			s.Origins = nil
			for _, o := range list(c, "origin") {
				s.Origins = append(s.Origins, strings.TrimSuffix(strings.ToLower(o), "/"))
			}
		}
		if c.IsSet("mode") {
			s.Mode = models.Mode(c.String("mode"))
		}
		if secret != nil {
			s.SSOSecret = *secret
		}
		if c.IsSet("second-look") {
			share := c.Float("second-look")
			s.SecondLook = &share
		}
		if c.IsSet("surge") {
			surge, err := readSurge(c.String("surge"))
			if err != nil {
				return usagef(c, "--surge must be COUNT/MINUTES/HOLD, such as 30/5/60, or \"off\"")
			}
			s.Surge = surge
		}
		for flag, days := range map[string]*int{
			"keep-addresses": &s.Retention.Addresses, "keep-rejected": &s.Retention.Rejected, "keep-labels": &s.Retention.Labels,
		} {
			if c.IsSet(flag) {
				*days = c.Int(flag)
			}
		}
		if err := changeThresholds(c, s); err != nil {
			return err
		}
		return s.Validate()
	}, nil
}

// ssoSecretOf returns the secret of --sso-secret or --sso-secret-file, or nil when
// neither is given.
func ssoSecretOf(c *cli.Command) (*string, error) {
	secret, name := c.String("sso-secret"), c.String("sso-secret-file")
	switch {
	case !c.IsSet("sso-secret-file"):
		if !c.IsSet("sso-secret") {
			return nil, nil
		}
		return &secret, nil
	case c.IsSet("sso-secret"):
		return nil, usagef(c, "give --sso-secret or --sso-secret-file, not both")
	}
	in := c.Root().Reader
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxSecretFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	secret = strings.TrimRight(string(data), "\r\n")
	switch {
	case secret == "": // would turn off reader tokens; --sso-secret="" does that
		return nil, fmt.Errorf("the secret in %s is empty", name)
	case len(data) > maxSecretFile:
		return nil, fmt.Errorf("the secret in %s is longer than %d bytes", name, maxSecretFile)
	}
	return &secret, nil
}

// maxSecretFile bounds the file of a secret, in bytes.
const maxSecretFile = 4096

func changeThresholds(c *cli.Command, s *models.Site) error {
	for flag, threshold := range map[string]**float64{"hold": &s.Thresholds.Hold, "reject": &s.Thresholds.Reject} {
		if !c.IsSet(flag) {
			continue
		}
		text := c.String(flag)
		if text == "model" {
			*threshold = nil
			continue
		}
		var p float64
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			return usagef(c, "--%s must be a probability from 0 to 1, or \"model\"", flag)
		}
		*threshold = &p
	}
	return nil
}

func readSurge(text string) (s models.Surge, err error) {
	if text == "off" {
		return s, nil
	}
	parts := strings.Split(text, "/")
	if len(parts) != 3 {
		return s, errors.New("must be three numbers")
	}
	for i, to := range []*int{&s.Count, &s.Minutes, &s.HoldMinutes} {
		if *to, err = strconv.Atoi(parts[i]); err != nil {
			return s, err
		}
	}
	return s, nil
}

func surgeText(s models.Surge) string {
	if s.Count == 0 {
		return "off"
	}
	return fmt.Sprintf("%d/%d/%d", s.Count, s.Minutes, s.HoldMinutes)
}

func addSite(ctx context.Context, c *cli.Command) error {
	args, err := arguments(c, "SLUG")
	if err != nil {
		return err
	}
	site := models.Site{Slug: args[0], Name: args[0], Mode: models.ModePost, Retention: models.DefaultRetention()}
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

func rotateSiteKey(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	key, err := db.RotateSiteKey(ctx, operator(), args[0])
	if err != nil {
		return err
	}
	return printKey(c, args[0], key)
}

// printKey prints a key, which is stored as a hash only.
func printKey(c *cli.Command, slug, key string) error {
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(map[string]string{"slug": slug, "key": key})
	}
	_, err := fmt.Fprintf(c.Root().Writer, "The secret key of site %s is\n\n  %s\n\nIt is shown only once. Front ends send it as Authorization: Bearer KEY.\n", slug, key)
	return err
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
	fmt.Fprintln(w, "SLUG\tNAME\tMODE\tHOLD\tREJECT\tSURGE\tKEEPS\tORIGINS")
	for _, s := range sites {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d/%d/%d\t%s\n", s.Slug, s.Name, s.Mode,
			threshold(s.Thresholds.Hold), threshold(s.Thresholds.Reject), surgeText(s.Surge),
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
	read := json.NewDecoder(in)
	read.DisallowUnknownFields()
	if err := read.Decode(&r); err != nil {
		return r, fmt.Errorf("rules in %s: %w", name, err)
	}
	if _, err := read.Token(); !errors.Is(err, io.EOF) {
		return r, fmt.Errorf("rules in %s: unexpected data after their end", name)
	}
	_, err = rules.Compile(r)
	return r, err
}
