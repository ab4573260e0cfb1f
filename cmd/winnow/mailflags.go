package main

import (
	"github.com/urfave/cli/v3"

	"winnow/handlers"
	"winnow/handlers/mailer"
	"winnow/models"
)

// mailFlags say how notices and mail leave the server.
func mailFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "smtp", Sources: secretEnv("smtp"), Usage: "send mail through the server at this `URL`: smtp://USER:PASSWORD@HOST:587, which must offer STARTTLS unless it is this machine or ?tls=none says otherwise, or smtps://… (default: no mail is sent)"},
		&cli.StringFlag{Name: "mail-from", Sources: env("mail-from"), Usage: "`ADDRESS` that mail is from, such as comments@news.example"},
	}
}

// readMail reads how mail is sent.
func readMail(c *cli.Command, cfg *handlers.Config) error {
	text, from := c.String("smtp"), c.String("mail-from")
	if text == "" {
		return nil
	}
	smtp, err := mailer.ParseURL(text, from)
	if err != nil {
		return usagef(c, "--smtp and --mail-from: %v", err)
	}
	if cfg.Mailer = mailer.New(smtp); cfg.PublicURL == nil {
		cfg.Log.Warn("readers get no mail, because its links need --public-url")
	}
	return nil
}

// noticeFlags are the properties of a site that say what is sent.
func noticeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "language", Usage: "`LANGUAGE` of mail and its pages: en or de (default en)"},
		&cli.BoolFlag{Name: "reader-mail", Usage: "readers may ask for mail about replies to their comments and what becomes of them (default false)"},
		&cli.StringFlag{Name: "notice-webhook-file", Usage: "read the address of a Slack-compatible webhook for notices from `FILE`, which other users cannot see; - for standard input; \"\" for none"},
		&cli.StringSliceFlag{Name: "notice-mail", Usage: "`ADDRESS` of the newsroom that notices are mailed to (repeatable; \"\" for none)"},
		&cli.IntFlag{Name: "notice-queue", Usage: "tell the newsroom when more than `N` comments wait (default 0: never)"},
		&cli.IntFlag{Name: "notice-report-hours", Usage: "tell it when a report has waited for more than `HOURS` (default 0: never)"},
		&cli.BoolFlag{Name: "notice-drift", Usage: "tell it when the comments become unlike those that the filter knows (default false)"},
		&cli.BoolFlag{Name: "notice-digest", Usage: "mail it the figures of the last 24 hours once a day (default false)"},
		&cli.IntFlag{Name: "notice-digest-hour", Usage: "the `HOUR`, 0 to 23 UTC, from which that mail is sent (default 0)"},
	}
}

// webhookOf returns the address of --notice-webhook-file, or nil when that is not given.
func webhookOf(c *cli.Command) (*string, error) {
	return fileOf(c, "notice-webhook-file", readSecret)
}

// changeNotices applies the flags about what is sent.
func changeNotices(c *cli.Command, s *models.Site, webhook *string) {
	n := &s.Notices
	if webhook != nil {
		n.WebhookURL = *webhook
	}
	if c.IsSet("language") {
		s.Language = c.String("language")
	}
	if c.IsSet("notice-mail") {
		n.Addresses = []string{}
		for _, a := range list(c, "notice-mail") {
			if a != "" {
				n.Addresses = append(n.Addresses, a)
			}
		}
	}
	for flag, number := range map[string]*int{"notice-queue": &n.Queue, "notice-report-hours": &n.ReportHours, "notice-digest-hour": &n.DigestHour} {
		if c.IsSet(flag) {
			*number = c.Int(flag)
		}
	}
	for flag, on := range map[string]*bool{"reader-mail": &s.ReaderMail, "notice-drift": &n.Drift, "notice-digest": &n.Digest} {
		if c.IsSet(flag) {
			*on = c.Bool(flag)
		}
	}
}
