package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"winnow/classifier/text/names"
	"winnow/handlers"
	"winnow/models"
)

// siteFlags are the properties of a site, for add and set.
func siteFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "name", Usage: "display `NAME`"},
		&cli.StringFlag{Name: "newsroom", Usage: "`NAME` in which the newsroom replies to readers (default: that of the site)"},
		&cli.StringSliceFlag{Name: "origin", Usage: "browser origin that may post without a key, such as https://news.example (`URL`, repeatable)"},
		&cli.StringSliceFlag{Name: "reserved-name", Usage: "`NAME` that only authors may use whom the site vouches for (repeatable; \"\" for none)"},
		&cli.StringFlag{Name: "mode", Usage: "post: publish what the filter approves; pre: hold all comments for a moderator"},
		&cli.StringFlag{Name: "hold", Usage: "`PROBABILITY` of spam from which comments are held, or \"model\" for the threshold of the model"},
		&cli.StringFlag{Name: "reject", Usage: "`PROBABILITY` of spam from which comments are rejected, or \"model\""},
		&cli.StringFlag{Name: "abuse", Usage: "`PROBABILITY` of abuse from which comments are held, or \"model\" for the threshold of the model"},
		&cli.StringFlag{Name: "sso-secret", Usage: "HS256 `SECRET` of at least 32 bytes with which the site signs reader tokens; \"\" for none"},
		&cli.StringFlag{Name: "sso-secret-file", Usage: "read the secret from `FILE`, which other users cannot see; - for standard input"},
		&cli.StringFlag{Name: "sso-jwks-url", Usage: "`URL` of the public keys with which the site signs reader tokens (a JSON Web Key Set); \"\" for none"},
		&cli.StringFlag{Name: "sso-issuer", Usage: "`ISSUER` that reader tokens must have (claim iss); \"\" for any"},
		&cli.StringFlag{Name: "sso-audience", Usage: "`AUDIENCE` that reader tokens must have (claim aud); \"\" for any"},
		&cli.BoolFlag{Name: "sso-require-site", Usage: "reader tokens must name the site (claim site)"},
		&cli.FloatFlag{Name: "second-look", Usage: "`SHARE`, 0 to 1, of decisions and of automatically approved or rejected comments that get a second look (default 0.01)"},
		&cli.IntFlag{Name: "training-sample", Usage: "`COUNT` of the site's first comments that people look at, whatever the filter does with them (default 200; 0: none)"},
		&cli.FloatFlag{Name: "hold-budget", Usage: "`SHARE`, 0 to 1, of the comments that are neither spam nor abuse which a newly trained model may hold (default 0.02)"},
		&cli.IntFlag{Name: "campaign-copies", Usage: "from how many `AUTHORS` on the copies of a text, and comments with the same new link, handle or phone number, are held, with the earlier ones (default 5; 0: never)"},
		&cli.IntFlag{Name: "reports-to-hold", Usage: "how many different `READERS` must report a published comment before it goes back to the queue (default 3; 0: never)"},
		&cli.IntFlag{Name: "edit-minutes", Usage: "for how many `MINUTES` readers may change their comments and take them back (default 15; 0: not at all)"},
		&cli.BoolFlag{Name: "appeals", Usage: "readers may appeal, once, against a moderator's rejection of their comment (default true)"},
		&cli.BoolFlag{Name: "nudge", Usage: "pages may ask readers to rephrase a comment that is likely to be abuse (default false)"},
		&cli.BoolFlag{Name: "links-in-comments", Usage: "addresses in comments become links (default false)"},
		&cli.StringFlag{Name: "proof-of-work", Usage: "when the browsers of readers whom the site does not know must calculate for about a second before they comment: off, under_attack (while there is unusually much spam) or always (default \"off\")"},
		&cli.IntFlag{Name: "minimum-seconds", Usage: "hold comments of pages whose form was open for less than `SECONDS` (default 0: no time)"},
		&cli.StringFlag{Name: "surge", Usage: "`COUNT/MINUTES/HOLD`: when an article gets more than COUNT comments within MINUTES, hold all its comments for HOLD minutes (default \"off\")"},
		&cli.IntFlag{Name: "close-after", Usage: "close articles this many `DAYS` after their publication (default 0: never)"},
		&cli.StringSliceFlag{Name: "close-section", Usage: "another number of days for a section, such as Sport=3 (`SECTION=DAYS`, repeatable; replaces the earlier ones)"},
		&cli.StringSliceFlag{Name: "url-parameter", Usage: "`NAME` of what matters in the query of an article's URL; of a URL that comes with a comment, other parameters are dropped (repeatable)"},
		&cli.IntFlag{Name: "keep-addresses", Usage: "`DAYS` to keep hashes of addresses, user agents and referrers (default 30; 0: forever)"},
		&cli.IntFlag{Name: "keep-rejected", Usage: "`DAYS` to keep the text of rejected comments and the authors of labels (default 180; 0: forever)"},
		&cli.IntFlag{Name: "keep-labels", Usage: "`DAYS` to keep labels (default 0: forever)"},
	}, append(noticeFlags(), opinionFlags()...)...)
}

// siteChange returns a function that applies the given flags to a site. It reads the
// files of secrets before, because a repeated transaction calls the function
// again.
func siteChange(c *cli.Command) (func(*models.Site) error, error) {
	secret, err := ssoSecretOf(c)
	webhook, webhookErr := webhookOf(c)
	opinion, opinionErr := readOpinionFiles(c)
	if err = cmp.Or(err, webhookErr, opinionErr); err != nil {
		return nil, err
	}
	return func(s *models.Site) error {
		if c.IsSet("origin") {
			var err error
			if s.Origins, err = handlers.NormalizeOrigins(list(c, "origin")); err != nil {
				return err
			}
		}
		if c.IsSet("reserved-name") {
			s.ReservedNames = []string{}
			for _, name := range c.StringSlice("reserved-name") { // which may have spaces
				if name != "" {
					s.ReservedNames = append(s.ReservedNames, names.Clean(name))
				}
			}
		}
		changeReaderTokens(c, &s.ReaderTokens)
		changeReaders(c, s)
		changeNotices(c, s, webhook)
		changeOpinion(c, &s.Opinion, opinion)
		if secret != nil {
			s.SSOSecret = *secret
		}
		if c.IsSet("second-look") {
			share := c.Float("second-look")
			s.SecondLook = &share
		}
		if c.IsSet("training-sample") {
			count := c.Int("training-sample")
			s.TrainingSample = &count
		}
		if c.IsSet("hold-budget") {
			budget := c.Float("hold-budget")
			s.HoldBudget = &budget
		}
		if c.IsSet("reports-to-hold") {
			readers := c.Int("reports-to-hold")
			s.ReportsToHold = &readers
		}
		for flag, days := range map[string]*int{
			"keep-addresses": &s.Retention.Addresses, "keep-rejected": &s.Retention.Rejected, "keep-labels": &s.Retention.Labels,
		} {
			if c.IsSet(flag) {
				*days = c.Int(flag)
			}
		}
		if err := changeSetting(c, s); err != nil {
			return err
		}
		if err := changeArticles(c, s); err != nil {
			return err
		}
		return s.Validate()
	}, nil
}

func changeReaderTokens(c *cli.Command, r *models.ReaderTokens) {
	for flag, text := range map[string]*string{"sso-jwks-url": &r.JWKSURL, "sso-issuer": &r.Issuer, "sso-audience": &r.Audience} {
		if c.IsSet(flag) {
			*text = c.String(flag)
		}
	}
	if c.IsSet("sso-require-site") {
		r.RequireSite = c.Bool("sso-require-site")
	}
}

// changeReaders applies the flags about what readers may do with their comments.
func changeReaders(c *cli.Command, s *models.Site) {
	if c.IsSet("edit-minutes") {
		minutes := c.Int("edit-minutes")
		s.EditMinutes = &minutes
	}
	if c.IsSet("appeals") {
		appeals := c.Bool("appeals")
		s.Appeals = &appeals
	}
	if c.IsSet("proof-of-work") {
		s.ProofOfWork = models.ProofOfWork(c.String("proof-of-work"))
	}
	if c.IsSet("minimum-seconds") {
		s.MinimumSeconds = c.Int("minimum-seconds")
	}
	for flag, on := range map[string]*bool{"nudge": &s.Nudge, "links-in-comments": &s.LinksInComments} {
		if c.IsSet(flag) {
			*on = c.Bool(flag)
		}
	}
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
	secret, err := readSecret(in, name)
	return &secret, err
}

// readSecret reads a secret, without final line breaks. An empty one is an error: it
// would turn off what it protects.
func readSecret(in io.Reader, name string) (string, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxSecretFile+1))
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	secret := strings.TrimRight(string(data), "\r\n")
	switch {
	case secret == "":
		return "", fmt.Errorf("the secret in %s is empty", name)
	case len(data) > maxSecretFile:
		return "", fmt.Errorf("the secret in %s is longer than %d bytes", name, maxSecretFile)
	}
	return secret, nil
}

// maxSecretFile bounds the file of a secret, in bytes.
const maxSecretFile = 4096

// changeSetting applies the flags that decide what becomes of comments.
func changeSetting(c *cli.Command, s *models.Site) error {
	if c.IsSet("campaign-copies") {
		authors := c.Int("campaign-copies")
		s.CampaignCopies = &authors
	}
	for flag, text := range map[string]*string{"name": &s.Name, "newsroom": &s.Newsroom} {
		if c.IsSet(flag) {
			*text = models.Clean(c.String(flag))
		}
	}
	if c.IsSet("mode") {
		s.Mode = models.Mode(c.String("mode"))
	}
	if c.IsSet("surge") {
		burst, err := parseBurst(c.String("surge"))
		if err != nil {
			return usagef(c, "--surge must be COUNT/MINUTES/HOLD, such as 30/5/60, or \"off\"")
		}
		s.Burst = burst
	}
	for flag, threshold := range map[string]**float64{"hold": &s.Thresholds.Hold, "reject": &s.Thresholds.Reject, "abuse": &s.Thresholds.Abuse} {
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

// changeArticles applies the flags about the articles of a site.
func changeArticles(c *cli.Command, s *models.Site) error {
	if c.IsSet("close-after") {
		s.Closing.Days = c.Int("close-after")
	}
	if c.IsSet("url-parameter") {
		s.URLParameters = list(c, "url-parameter")
	}
	if !c.IsSet("close-section") {
		return nil
	}
	s.Closing.Sections = map[string]int{}
	for _, text := range c.StringSlice("close-section") {
		section, number, _ := strings.Cut(text, "=")
		days, err := strconv.Atoi(number)
		if err != nil {
			return usagef(c, "--close-section must be SECTION=DAYS, such as Sport=3")
		}
		s.Closing.Sections[models.Clean(section)] = days
	}
	return nil
}

func parseBurst(text string) (s models.Burst, err error) {
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

func formatBurst(s models.Burst) string {
	if s.Count == 0 {
		return "off"
	}
	return fmt.Sprintf("%d/%d/%d", s.Count, s.Minutes, s.HoldMinutes)
}
