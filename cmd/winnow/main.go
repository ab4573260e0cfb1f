// Command winnow is a comment moderation server for news sites, with the commands
// to set it up, to train its model and to export its data.
//
// This package reads the configuration, connects the parts and runs them. There is
// one file for each subcommand.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/urfave/cli/v3"

	"winnow/models"
)

// Exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	status := run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the program without signals and exit, so that tests can call it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := rootCommand(stdin, stdout, stderr)
	err := root.Run(ctx, args)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "winnow: %v\nTry: winnow %s --help\n", err, usage.command)
		return exitUsage
	default:
		fmt.Fprintf(stderr, "winnow: %v\n", err)
		return exitFailed
	}
}

func rootCommand(stdin io.Reader, stdout, stderr io.Writer) *cli.Command {
	root := &cli.Command{
		Name:      "winnow",
		Usage:     "comment moderation server for news sites",
		Reader:    stdin,
		Writer:    stdout,
		ErrWriter: stderr,
		// run prints errors.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
		Action:         group,
		Version:        version(),
		// winnow completion bash|zsh|fish|pwsh prints a script.
		EnableShellCompletion:           true,
		ConfigureShellCompletionCommand: func(c *cli.Command) { c.Hidden = false },
		Commands: []*cli.Command{
			serveCommand(), checkCommand(), siteCommand(), webhookCommand(), embedCommand(), moderatorCommand(), signingKeyCommand(),
			trainCommand(), evaluateCommand(), scoreCommand(), labelsCommand(), modelCommand(), whatIfCommand(), perspectiveMapCommand(),
			importCommand(), exportCommand(), goldenCommand(), auditCommand(), readerCommand(),
			backupCommand(), restoreCommand(), migrateCommand(), versionCommand(), trainWorkerCommand(),
		},
	}
	applyDefaults(root)
	return root
}

// applyDefaults sets what all commands have in common on a command and on those
// below it.
func applyDefaults(c *cli.Command) {
	c.OnUsageError = badUsage
	c.DisableSliceFlagSeparator = true // a comma may be part of a file name
	if len(c.Commands) == 0 && c.Name != serveName {
		c.Before = checkVariables
	}
	c.HideHelpCommand = len(c.Commands) == 0 // it would take the arguments h and help from the command
	for _, f := range c.Flags {
		hideSecondDefault(f)
	}
	for _, sub := range c.Commands {
		applyDefaults(sub)
	}
}

// hideSecondDefault leaves out the default that the library prints of a flag whose usage says
// what it is: that of a site, for example, which is not the zero of the flag.
func hideSecondDefault(f cli.Flag) {
	hide := func(usage string, to *bool) { *to = *to || strings.Contains(usage, "(default") }
	switch f := f.(type) {
	case *cli.BoolFlag:
		hide(f.Usage, &f.HideDefault)
	case *cli.IntFlag:
		hide(f.Usage, &f.HideDefault)
	case *cli.FloatFlag:
		hide(f.Usage, &f.HideDefault)
	case *cli.StringFlag:
		hide(f.Usage, &f.HideDefault)
	case *cli.StringSliceFlag:
		hide(f.Usage, &f.HideDefault)
	case *cli.DurationFlag:
		hide(f.Usage, &f.HideDefault)
	}
}

// counted returns a number of things: "1 comment", "2 comments".
func counted[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// usageError is an invalid command line.
type usageError struct{ command, message string }

func (e usageError) Error() string { return e.message }

func usagef(c *cli.Command, format string, args ...any) error {
	path := strings.TrimPrefix(c.FullName(), "winnow")
	return usageError{strings.TrimSpace(path), fmt.Sprintf(format, args...)}
}

func badUsage(_ context.Context, c *cli.Command, err error, _ bool) error {
	return usagef(c, "%v", err)
}

// group is the action of a command that has only subcommands.
func group(_ context.Context, c *cli.Command) error {
	if name := c.Args().First(); name != "" {
		return usagef(c, "unknown command %q", strings.TrimSpace(strings.TrimPrefix(c.FullName(), "winnow")+" "+name))
	}
	return cli.ShowSubcommandHelp(c)
}

// arguments returns the positional arguments; there must be one for each name.
func arguments(c *cli.Command, names ...string) ([]string, error) {
	args := c.Args().Slice()
	if len(args) < len(names) {
		return nil, usagef(c, "%s is missing", names[len(args)])
	}
	if len(args) > len(names) {
		return nil, usagef(c, "unexpected argument %q", args[len(names)])
	}
	return args, nil
}

// list returns the values of a flag that may be repeated or separated by commas.
func list(c *cli.Command, flag string) []string {
	return strings.FieldsFunc(strings.Join(c.StringSlice(flag), ","), func(r rune) bool { return r == ',' || r == ' ' })
}

// operator is the caller of a one-off command in the audit trail: the login name,
// which is not verified.
func operator() models.Caller {
	name := os.Getenv("USER")
	if name == "" {
		name = "operator"
	}
	return models.Caller{Kind: models.ByCommand, Name: models.Clean(name)}
}
