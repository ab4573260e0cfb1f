package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v3"

	"winnow/classifier/labelfile"
	"winnow/models"
	"winnow/storage/commentfile"
	"winnow/storage/importer"
)

const importHelp = "Comments keep their threads, times, authors and states: what was published there is published, what waited\n" +
	"comes into the queue, and what was spam or was removed is rejected and becomes a label. Nothing screens them. FILE may be\n" +
	"compressed with gzip (a text); - is standard input. A file can be imported again: what is there already is left alone, whatever\n" +
	"happened to it since. Bad records are reported with their place and left out, and the status is 1 then."

// importFormats returns a command for each format of comments.
func importFormats() []*cli.Command {
	var commands []*cli.Command
	for _, format := range commentfile.Formats {
		flags := []cli.Flag{
			databaseFlag(),
			&cli.StringFlag{Name: "site", Usage: "`SLUG` of the site that gets the comments"},
			&cli.BoolFlag{Name: "dry-run", Usage: "read and check everything, and store nothing"},
			&cli.StringFlag{Name: "map", Usage: "CSV `FILE` with the columns kind (article or author), from and to: the ids that they get here"},
			&cli.StringFlag{Name: "article-id", Value: string(importer.ByID), Usage: "what becomes the id of other articles: id, path or url"},
			&cli.BoolFlag{Name: "same-authors", Usage: "readers have the same ids there and here; otherwise theirs begin with " + format.Name + ":"},
			&cli.StringFlag{Name: "removed-as", Value: string(models.Abuse), Usage: "label of what was removed, but not as spam: abuse, spam, or none"},
			&cli.StringFlag{Name: "temporary-folder", Usage: "`FOLDER` for a temporary file about as large as FILE (default: that of the system)"},
		}
		if format.Table {
			flags = append(flags, tableFlags()...)
		}
		if format.Archive {
			flags = append(flags, &cli.BoolFlag{Name: "without-settings", Usage: "take neither settings nor rules nor bans"})
		}
		commands = append(commands, &cli.Command{
			Name: format.Name, ArgsUsage: "FILE…", Usage: "add comments of " + format.About, Description: importHelp, Flags: flags,
			Action: func(ctx context.Context, c *cli.Command) error { return importComments(ctx, c, format) },
		})
	}
	return commands
}

func tableFlags() []cli.Flag {
	return slices.DeleteFunc(formatFlags(), func(f cli.Flag) bool { return slices.Contains(f.Names(), "label-map") })
}

func importComments(ctx context.Context, c *cli.Command, format commentfile.Format) error {
	files := c.Args().Slice()
	if len(files) == 0 {
		return usagef(c, "FILE is missing")
	}
	opt, err := importOptions(c, format)
	if err != nil {
		return err
	}
	table, err := tableOptions(c, format)
	if err != nil {
		return err
	}
	if name := c.String("map"); name != "" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		opt.Map = importer.Map{In: f, Name: name}
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Site(ctx, opt.Site); err != nil {
		return err
	}
	var bar *progressbar.ProgressBar
	opt.Progress = func(done, total int) {
		if bar == nil {
			bar = progress(c, int64(total), "storing", progressbar.OptionShowBytes(false), progressbar.OptionShowCount())
		}
		_ = bar.Set(done) // display only
	}
	summary, err := importer.Run(ctx, db, operator(), recordsOf(ctx, c, files, format, table), opt)
	if bar != nil {
		_ = bar.Close()
	}
	printImport(c.Root().Writer, summary, opt.DryRun)
	if err == nil && summary.Bad > 0 {
		err = fmt.Errorf("not imported: %s", counted(summary.Bad, "bad record"))
	}
	return err
}

// maxBadShown is how many bad records are printed: a file of another kind has nothing else.
const maxBadShown = 1000

func importOptions(c *cli.Command, format commentfile.Format) (importer.Options, error) {
	opt := importer.Options{
		Site: c.String("site"), Source: format.Name, ArticleIDs: importer.ArticleIDs(c.String("article-id")),
		SameArticles: c.IsSet("article-id"), SameAuthors: c.Bool("same-authors"),
		RemovedAs: models.Class(c.String("removed-as")), DryRun: c.Bool("dry-run"), Archive: format.Archive,
		WithoutSettings: c.Bool("without-settings"), Folder: c.String("temporary-folder"),
	}
	shown := 0
	opt.Bad = func(err error) {
		if shown++; shown <= maxBadShown {
			fmt.Fprintf(c.Root().ErrWriter, "not imported: %s\n", printable(err.Error()))
		}
	}
	switch {
	case opt.Site == "":
		return opt, usagef(c, "--site is missing")
	case !opt.ArticleIDs.Valid():
		return opt, usagef(c, "--article-id must be id, path or url")
	case opt.RemovedAs == "none":
		opt.RemovedAs = ""
	case opt.RemovedAs != models.Abuse && opt.RemovedAs != models.Spam:
		return opt, usagef(c, "--removed-as must be abuse, spam or none")
	}
	return opt, nil
}

func tableOptions(c *cli.Command, format commentfile.Format) (opt commentfile.TableOptions, err error) {
	if !format.Table {
		return opt, nil
	}
	if opt.Columns, err = commentfile.ParseColumns(strings.Join(c.StringSlice("columns"), ",")); err != nil {
		return opt, flagError(c, err)
	}
	if name := c.String("separator"); name != "" {
		if opt.Separator, err = labelfile.ParseSeparator(name); err != nil {
			return opt, flagError(c, err)
		}
	}
	opt.Encoding, opt.DateOrder = c.String("encoding"), labelfile.DateOrder(c.String("date-order"))
	read := labelfile.Options{Separator: opt.Separator, Encoding: opt.Encoding, DateOrder: opt.DateOrder}
	return opt, flagError(c, read.Validate())
}

// recordsOf reads files one after the other. What ends one of them ends all.
func recordsOf(ctx context.Context, c *cli.Command, files []string, format commentfile.Format, opt commentfile.TableOptions) iter.Seq2[commentfile.Record, error] {
	return func(yield func(commentfile.Record, error) bool) {
		for _, name := range files {
			in, end, err := openInput(c, name)
			if err != nil {
				yield(commentfile.Record{}, err)
				return
			}
			src := commentfile.Source{Name: name, In: in}
			if name != "-" {
				src.Path = name
			}
			for record, err := range format.Read(ctx, src, opt) {
				if !yield(record, err) || commentfile.Ends(err) {
					end()
					return
				}
			}
			end()
		}
	}
}

// printable makes what a file says fit for a terminal: control characters are written as Go
// does.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsControl(r) || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func printImport(out io.Writer, s importer.Summary, dryRun bool) {
	verb := "added"
	if dryRun {
		verb = "would be added"
	}
	added := 0
	for _, n := range s.Added {
		added += n
	}
	fmt.Fprintf(out, "read: %s on %s by %s\n", counted(s.Comments, "comment"), counted(s.Articles, "article"), counted(s.Authors, "author"))
	fmt.Fprintf(out, "%d %s: %d approved, %d pending, %d rejected; %s\n", added, verb,
		s.Added[string(models.Approved)], s.Added[string(models.Pending)], s.Added[string(models.Rejected)], counted(s.Labels, "label"))
	if s.Decisions+s.Bans > 0 {
		fmt.Fprintf(out, "%s and %s %s\n", counted(s.Decisions, "decision"), counted(s.Bans, "ban"), verb)
	}
	if s.Settings {
		fmt.Fprintf(out, "settings %s, where those here were the defaults\n", verb)
	}
	if s.Rules {
		fmt.Fprintf(out, "rules %s\n", verb)
	}
	for _, line := range []struct {
		n         int
		one, many string
	}{
		{s.Known, "was here already and stays as it is", "were here already and stay as they are"},
		{s.Detached, "answers a comment that is not there, and begins a thread of its own", "answer a comment that is not there, and begin threads of their own"},
		{s.Twice, "has the id of another comment of the file, and is left out", "have the id of another comment of the file, and are left out"},
		{s.Bad, "bad record", "bad records"},
	} {
		switch line.n {
		case 0:
		case 1:
			fmt.Fprintln(out, "1", line.one)
		default:
			fmt.Fprintln(out, line.n, line.many)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(s.LeftOut)) {
		fmt.Fprintf(out, "%d left out: %s\n", s.LeftOut[what], printable(what))
	}
}
