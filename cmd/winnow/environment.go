package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"winnow/models/knownnames"
)

const (
	variablePrefix = "WINNOW_"
	// testPrefix begins the variables of the tests, which are not reported: the
	// tests run this program with their own environment.
	testPrefix = variablePrefix + "TEST_"
)

// env names the environment variable of a flag: WINNOW_ and the flag's name.
//
// Only flags that configure a server or say where the database is have one. A
// flag that says what a one-off command does must not: a variable meant for a
// server would silently change the result of the command.
func env(flag string) cli.ValueSourceChain {
	return cli.EnvVars(variablePrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_")))
}

// secretEnv is env for a flag with a secret. The variable with the suffix _FILE names a
// file with the value, which no list of processes or variables shows.
func secretEnv(flag string) cli.ValueSourceChain {
	chain := env(flag)
	for _, name := range chain.EnvKeys() {
		chain.Chain = append(chain.Chain, fileVariable(name+fileSuffix))
	}
	return chain
}

const fileSuffix = "_FILE"

// fileVariable is a variable that names the file of a value. It implements
// cli.EnvValueSource.
type fileVariable string

// Lookup implements cli.ValueSource. checkSecretFiles reports its errors.
func (v fileVariable) Lookup() (string, bool) {
	value, err := v.read()
	return value, err == nil && value != ""
}

// read returns the contents of the file without final line breaks; "" without the
// variable.
func (v fileVariable) read() (string, error) {
	name := os.Getenv(string(v))
	if name == "" {
		return "", nil
	}
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", string(v), err)
	}
	defer f.Close()
	return readSecret(f, name)
}

func (v fileVariable) String() string {
	return fmt.Sprintf("file of environment variable %q", string(v))
}
func (v fileVariable) GoString() string { return v.String() }
func (v fileVariable) IsFromEnv() bool  { return true }
func (v fileVariable) Key() string      { return string(v) }

// fileVariables returns the variables of a command's flags that name files.
func fileVariables(c *cli.Command) (all []fileVariable) {
	for _, f := range c.Flags {
		f, ok := f.(cli.DocGenerationFlag)
		if !ok {
			continue
		}
		keys := f.GetEnvVars()
		for _, name := range keys {
			if value, found := strings.CutSuffix(name, fileSuffix); found && slices.Contains(keys, value) {
				all = append(all, fileVariable(name))
			}
		}
	}
	return all
}

// checkSecretFiles returns an error when a file of a secret cannot be read, or when
// its variable and the secret itself are both set: the server must not run with
// another secret than the operator thinks.
func checkSecretFiles(c *cli.Command) error {
	for _, v := range fileVariables(c) {
		if os.Getenv(string(v)) == "" {
			continue
		}
		if value := strings.TrimSuffix(string(v), fileSuffix); os.Getenv(value) != "" {
			return usagef(c, "set %s or %s, not both", value, string(v))
		}
		if _, err := v.read(); err != nil {
			return err
		}
	}
	return nil
}

// secretFiles returns the files of secrets that the variables name.
func secretFiles(c *cli.Command) (names []string) {
	for _, v := range fileVariables(c) {
		if name := os.Getenv(string(v)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// knownVariables returns the variables that any flag of a command, or of the
// commands below it, reads.
func knownVariables(c *cli.Command) (names []string) {
	for _, f := range c.Flags {
		if f, ok := f.(cli.DocGenerationFlag); ok {
			names = append(names, f.GetEnvVars()...)
		}
	}
	for _, sub := range c.Commands {
		names = append(names, knownVariables(sub)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// unknownVariable is a variable that looks like one of the program's and that
// no flag reads, with the known name that it may be a misspelling of.
type unknownVariable struct{ name, nearest string }

func unknownVariables(root *cli.Command) (unknown []unknownVariable) {
	known := knownVariables(root)
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, variablePrefix) && !strings.HasPrefix(name, testPrefix) && !slices.Contains(known, name) {
			unknown = append(unknown, unknownVariable{name, knownnames.Nearest(name, known)})
		}
	}
	slices.SortFunc(unknown, func(a, b unknownVariable) int { return strings.Compare(a.name, b.name) })
	return unknown
}

// checkVariables runs before a one-off command: it refuses files of secrets that
// cannot be read, and prints unknown variables. serve logs those instead.
func checkVariables(ctx context.Context, c *cli.Command) (context.Context, error) {
	if err := checkSecretFiles(c); err != nil {
		return ctx, err
	}
	for _, v := range unknownVariables(c.Root()) {
		hint := ""
		if v.nearest != "" {
			hint = " (" + v.nearest + "?)"
		}
		fmt.Fprintf(c.Root().ErrWriter, "winnow: unknown environment variable %s%s\n", v.name, hint)
	}
	return ctx, nil
}
