package main

import (
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v3"

	"winnow/models"
)

// opinionFlags are the properties of a site that say whom it asks for second opinions.
func opinionFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "opinion", Usage: "`KIND` of the service that is asked about held comments: chat (an OpenAI-compatible endpoint), http (a scorer), or off (default off)"},
		&cli.StringFlag{Name: "opinion-url", Usage: "its `URL`; of a chat without /chat/completions"},
		&cli.StringFlag{Name: "opinion-model", Usage: "`MODEL` that a chat is asked for"},
		&cli.StringFlag{Name: "opinion-policy-file", Usage: "read the rules by which a chat judges from `FILE`; - for standard input"},
		&cli.StringFlag{Name: "opinion-key-file", Usage: "read the key that the service wants from `FILE`, which other users cannot see; - for standard input; \"\" for none"},
		&cli.IntFlag{Name: "opinion-daily-calls", Usage: "how many `REQUESTS` a day may be sent (default 500)"},
	}
}

// opinionFiles are the contents of files; nil for those that are not given.
type opinionFiles struct{ policy, key *string }

// maxPolicyFile bounds the file of a policy, in bytes.
const maxPolicyFile = 64 << 10

func readOpinionFiles(c *cli.Command) (f opinionFiles, err error) {
	if f.policy, err = fileOf(c, "opinion-policy-file", func(in io.Reader, _ string) (string, error) {
		data, err := io.ReadAll(io.LimitReader(in, maxPolicyFile))
		return models.Clean(string(data)), err
	}); err == nil {
		f.key, err = fileOf(c, "opinion-key-file", readSecret)
	}
	return f, err
}

// fileOf returns what a flag's file has, "" for the name "", or nil when the flag is not given.
func fileOf(c *cli.Command, flag string, read func(in io.Reader, name string) (string, error)) (*string, error) {
	name := c.String(flag)
	switch {
	case !c.IsSet(flag):
		return nil, nil
	case name == "":
		return new(string), nil
	}
	in := c.Root().Reader
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flag, err)
		}
		defer f.Close()
		in = f
	}
	text, err := read(in, name)
	return &text, err
}

// changeOpinion applies the flags about second opinions.
func changeOpinion(c *cli.Command, o *models.OpinionSettings, f opinionFiles) {
	if c.IsSet("opinion") {
		if o.Kind = models.OpinionKind(c.String("opinion")); o.Kind == "off" {
			o.Kind = ""
		}
	}
	for flag, to := range map[string]*string{"opinion-url": &o.URL, "opinion-model": &o.Model} {
		if c.IsSet(flag) {
			*to = c.String(flag)
		}
	}
	if c.IsSet("opinion-daily-calls") {
		o.DailyCalls = c.Int("opinion-daily-calls")
	}
	if f.policy != nil {
		o.Policy = *f.policy
	}
	if f.key != nil {
		o.Key = *f.key
	}
}
