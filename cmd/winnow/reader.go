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
	whom := func(more ...cli.Flag) []cli.Flag {
		return append([]cli.Flag{
			databaseFlag(),
			&cli.StringFlag{Name: "site", Usage: "`SLUG` of the site"},
			&cli.StringFlag{Name: "id", Usage: "`ID` that the site vouches for"},
			&cli.StringFlag{Name: "email", Usage: "e-mail `ADDRESS` given with comments"},
			&cli.StringFlag{Name: "name", Usage: "`NAME` given with comments that have no id; others may use the same"},
		}, more...)
	}
	return &cli.Command{
		Name: "reader", Usage: "what is kept of one reader", Action: group,
		Commands: []*cli.Command{
			{
				Name: "export", Usage: "write all that is kept of a reader as JSON (GDPR, Art. 15)",
				Description: "Comments with what was said of them, and reports. Read it before you hand it out: notes of moderators are in it.",
				Flags:       whom(&cli.StringFlag{Name: "out", Usage: "new `FILE` to write (default standard output)"}),
				Action:      withDatabase(exportReader),
			},
			{
				Name: "erase", Usage: "remove all that is kept of a reader, for ever (GDPR, Art. 17)",
				Description: "Comments leave the page and lose their content and author; answers to them stay. What is cut off goes on when it\n" +
					"is run again. Backups made before still hold it, and so does a model until the next training.",
				Flags:  whom(&cli.BoolFlag{Name: "yes", Usage: "do not ask"}),
				Action: withDatabase(eraseReader),
			},
		},
	}
}

// reader is who the flags name.
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
		return r, usagef(c, "--site and one of --id, --email and --name are wanted")
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
	standing, comments, reports, err := db.ExportReader(ctx, operator(), r)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(to)
	if err := models.WriteReader(out, r, time.Now(), standing, comments, reports); err != nil {
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
		sure, err := confirmed(c, fmt.Sprintf("Erase all that %s keeps of %s, for ever? [y/N] ", r.Site, r.ID+r.Email+r.Name))
		if err != nil || !sure {
			return err
		}
	}
	gone, err := db.EraseReader(ctx, operator(), r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Root().Writer, "%d comments, %d labels and %d reports erased; in the audit trail as %s\n",
		gone.Comments, gone.Labels, gone.Reports, gone.Subject)
	return err
}

// confirmed asks whoever sits at the terminal; without one, --yes is wanted.
func confirmed(c *cli.Command, question string) (bool, error) {
	in, ok := c.Root().Reader.(*os.File)
	if ok {
		info, err := in.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if !ok {
		return false, usagef(c, "--yes is missing: nobody can be asked here")
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
