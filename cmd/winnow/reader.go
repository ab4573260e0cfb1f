package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/models"
	"winnow/storage"
)

func readerCommand() *cli.Command {
	flags := func(more ...cli.Flag) []cli.Flag {
		return append([]cli.Flag{
			databaseFlag(),
			&cli.StringFlag{Name: "site", Usage: "`SLUG` of the site"},
			&cli.StringFlag{Name: "id", Usage: "`ID` that the site vouches for"},
			&cli.StringFlag{Name: "email", Usage: "e-mail `ADDRESS` of comments"},
			&cli.StringFlag{Name: "name", Usage: "`NAME` of comments without an id; other people may use the same"},
		}, more...)
	}
	return &cli.Command{
		Name: "reader", Usage: "export or erase the data of one reader", Action: group,
		Commands: []*cli.Command{
			{
				Name: "export", Usage: "write all data of a reader as JSON (GDPR, Art. 15)",
				Description: "Comments with their moderation, and reports. Review it before you hand it out: it includes notes of moderators.",
				Flags:       flags(&cli.StringFlag{Name: "out", Usage: "`FILE` to create (default standard output)"}),
				Action:      withDatabase(exportReader),
			},
			{
				Name: "erase", Usage: "erase all data of a reader permanently (GDPR, Art. 17)",
				Description: "Comments are unpublished and lose their content and author; replies to them stay. An interrupted erasure\n" +
					"continues when it is run again. Earlier backups, and models until the next training, still have the data.",
				Flags:  flags(&cli.BoolFlag{Name: "yes", Usage: "do not ask for confirmation"}),
				Action: withDatabase(eraseReader),
			},
		},
	}
}

// reader returns the reader that the flags identify.
func reader(c *cli.Command) (models.Reader, error) {
	r := models.Reader{
		Site: models.Clean(c.String("site")), ID: models.Clean(c.String("id")),
		Email: models.Clean(c.String("email")), Name: models.Clean(c.String("name")),
	}
	named := 0
	for _, value := range []string{r.ID, r.Email, r.Name} {
		if value != "" {
			named++
		}
	}
	if r.Site == "" || named != 1 {
		return r, usagef(c, "--site and exactly one of --id, --email and --name are required")
	}
	return r, r.Validate()
}

func exportReader(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) (err error) {
	r, err := reader(c)
	if err != nil {
		return err
	}
	var to io.Writer = c.Root().Writer
	if name := c.String("out"); name != "" {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		defer func() {
			if closed := f.Close(); err == nil {
				err = closed
			}
		}()
		to = f
	}
	state, comments, reports, err := db.ExportReader(ctx, operator(), r)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(to)
	if err := models.WriteReader(out, r, time.Now(), state, comments, reports); err != nil {
		return err
	}
	return out.Flush()
}

func eraseReader(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	r, err := reader(c)
	if err != nil {
		return err
	}
	if !c.Bool("yes") {
		sure, err := confirmed(c, fmt.Sprintf("Permanently erase all data of %[2]s on %[1]s? [y/N] ", r.Site, r.ID+r.Email+r.Name))
		if err != nil || !sure {
			return err
		}
	}
	erased, err := db.EraseReader(ctx, operator(), r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%s, %s and %s erased; audit subject %s\n",
		counted(erased.Comments, "comment"), counted(erased.Labels, "label"), counted(erased.Reports, "report"), erased.Subject)
	return err
}

// confirmed prompts on the terminal. Without a terminal, --yes is required.
func confirmed(c *cli.Command, question string) (bool, error) {
	in, ok := c.Root().Reader.(*os.File)
	if ok {
		info, err := in.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if !ok {
		return false, usagef(c, "--yes is missing: standard input is not a terminal")
	}
	if _, err := fmt.Fprint(c.Root().ErrWriter, question); err != nil {
		return false, err
	}
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && err != io.EOF {
		return false, err
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}
