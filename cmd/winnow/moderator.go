package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"winnow/handlers/password"
	"winnow/models"
	"winnow/storage"
)

func moderatorCommand() *cli.Command {
	passwordFlag := &cli.BoolFlag{Name: "password-stdin", Usage: "read the password from the first line of standard input"}
	return &cli.Command{
		Name: "moderator", Usage: "manage moderators", Action: group,
		Commands: []*cli.Command{
			{
				Name: "add", ArgsUsage: "NAME", Usage: "add a moderator",
				Flags: []cli.Flag{
					databaseFlag(), passwordFlag,
					&cli.StringFlag{Name: "role", Value: string(models.RoleModerator), Usage: "moderator, editor or admin"},
					&cli.StringSliceFlag{Name: "site", Usage: "`SLUG` of a site that the moderator may access (repeatable; default all)"},
				},
				Action: addModerator,
			},
			{
				Name: "list", Usage: "list the moderators",
				Flags:  []cli.Flag{databaseFlag(), &cli.BoolFlag{Name: "json", Usage: "print JSON"}},
				Action: withDatabase(listModerators),
			},
			{
				Name: "disable", ArgsUsage: "NAME", Usage: "disable a moderator and end all sessions at once",
				Flags:  []cli.Flag{databaseFlag()},
				Action: disableModerator,
			},
			{
				Name: "enable", ArgsUsage: "NAME", Usage: "let a disabled moderator log in again",
				Flags:  []cli.Flag{databaseFlag()},
				Action: enableModerator,
			},
			{
				Name: "role", ArgsUsage: "NAME ROLE", Usage: "change the role of a moderator: moderator, editor or admin",
				Flags:  []cli.Flag{databaseFlag()},
				Action: withDatabase(setRole, "NAME", "ROLE"),
			},
			{
				Name: "set-password", ArgsUsage: "NAME", Usage: "change a password and end all sessions",
				Flags:  []cli.Flag{databaseFlag(), passwordFlag},
				Action: setPassword,
			},
			{
				Name: "remove-codes", ArgsUsage: "NAME", Usage: "ask for no one-time codes any more, when an app and its recovery codes are lost",
				Flags:  []cli.Flag{databaseFlag()},
				Action: removeCodes,
			},
		},
	}
}

func addModerator(ctx context.Context, c *cli.Command) error {
	args, err := arguments(c, "NAME")
	if err != nil {
		return err
	}
	m := models.Moderator{Name: args[0], Role: models.Role(c.String("role")), Sites: list(c, "site")}
	if err := m.Validate(); err != nil {
		return err
	}
	if m.PasswordHash, err = readPassword(c, m.Name); err != nil {
		return err
	}
	m.TemporaryPassword = true
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.AddModerator(ctx, operator(), m)
}

// readPassword reads a password from standard input and hashes it. There is no flag
// with the password itself: other users of the machine could see it.
func readPassword(c *cli.Command, name string) (hash string, err error) {
	if !c.Bool("password-stdin") {
		return "", usagef(c, "--password-stdin is missing: the password is read from standard input")
	}
	line, err := bufio.NewReader(c.Root().Reader).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if fault := password.Check(line, name); fault != "" {
		return "", fmt.Errorf("the password %s", fault)
	}
	return password.Hash(line)
}

func listModerators(ctx context.Context, c *cli.Command, db *storage.DB, _ []string) error {
	all, err := db.Moderators(ctx)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(all)
	}
	w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLE\tSITES\tSTATE")
	for _, m := range all {
		sites, state := "all", "active"
		if len(m.Sites) > 0 {
			sites = strings.Join(m.Sites, " ")
		}
		if m.Disabled {
			state = "disabled"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.Name, m.Role, sites, state)
	}
	return w.Flush()
}

func disableModerator(ctx context.Context, c *cli.Command) error {
	return updateModerator(ctx, c, func(m *models.Moderator) error {
		m.Disabled = true
		return nil
	})
}

func enableModerator(ctx context.Context, c *cli.Command) error {
	return updateModerator(ctx, c, func(m *models.Moderator) error {
		m.Disabled = false
		return nil
	})
}

func setRole(ctx context.Context, _ *cli.Command, db *storage.DB, args []string) error {
	_, err := db.UpdateModerator(ctx, operator(), args[0], func(m *models.Moderator) error {
		m.Role = models.Role(args[1])
		return nil
	})
	return err
}

func setPassword(ctx context.Context, c *cli.Command) error {
	args, err := arguments(c, "NAME")
	if err != nil {
		return err
	}
	hash, err := readPassword(c, args[0])
	if err != nil {
		return err
	}
	return updateModerator(ctx, c, func(m *models.Moderator) error {
		m.PasswordHash, m.TemporaryPassword = hash, true
		return nil
	})
}

func removeCodes(ctx context.Context, c *cli.Command) error {
	return updateModerator(ctx, c, func(m *models.Moderator) error {
		m.TOTP = models.TOTP{}
		return nil
	})
}

func updateModerator(ctx context.Context, c *cli.Command, change func(*models.Moderator) error) error {
	args, err := arguments(c, "NAME")
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.UpdateModerator(ctx, operator(), args[0], change)
	return err
}
