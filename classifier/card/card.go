// Package card writes the card of a model (Mitchell et al. 2019, "Model Cards for
// Model Reporting"): what it learned from, how good it is, and what it is not for. It
// imports classifier and models, and nothing of storage or handlers.
package card

import (
	"cmp"
	"embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/template"

	"winnow/classifier"
)

//go:embed en.md de.md
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"cell": cell, "percent": percent, "metric": metric, "interval": interval, "isNever": func(p float64) bool { return p > 1 },
	"number": func(x float64) string { return fmt.Sprintf("%.3f", x) },
	"list": func(rows []row) shownRows {
		return shownRows{rows[:min(len(rows), maxRows)], max(0, len(rows)-maxRows)}
	},
}).ParseFS(files, "*.md"))

// maxRows is how many rows a table of a card shows, the largest first.
const maxRows = 20

// Write writes the card of a model in Markdown, in a language: "de" or English. Sites
// that canSee denies are counted together, without their names.
func Write(w io.Writer, m *classifier.Model, lang string, canSee func(site string) bool) error {
	if lang != "de" {
		lang = "en"
	}
	if err := templates.ExecuteTemplate(w, lang+".md", newPage(m, canSee)); err != nil {
		return fmt.Errorf("write the card of model %s: %w", m.Version(), err)
	}
	return nil
}

// page is what the templates show.
type page struct {
	classifier.Manifest
	Version   string
	Sites     []row // labels by site
	Others    bool  // sites that the reader does not see are among them, as ""
	Sources   []row
	Languages []row
	Heads     []head
}

// HasColumns reports whether the file says what the columns weigh.
func (p page) HasColumns() bool {
	return slices.ContainsFunc(p.Heads, func(h head) bool { return len(h.Head.Columns) > 0 })
}

type row struct {
	Name string
	classifier.Counts
	Labels int
}

// shownRows are the first rows of a table, and how many are left out.
type shownRows struct {
	Rows    []row
	LeftOut int
}

type head struct {
	Class   string
	Head    *classifier.Head
	Metrics *classifier.HeadMetrics // nil for a head of the base model
	Sites   []siteHold
}

type siteHold struct {
	Site   string
	Hold   float64
	Budget float64
}

func newPage(m *classifier.Model, canSee func(string) bool) page {
	f := m.Manifest()
	p := page{Manifest: f, Version: m.Version(), Sources: rowsOf(f.Sources)}
	sites := map[string]classifier.Counts{}
	for site, n := range f.Sites {
		if site != "" && !canSee(site) {
			site, p.Others = "…", true
		}
		sum := sites[site]
		sites[site] = classifier.Counts{Ham: sum.Ham + n.Ham, Spam: sum.Spam + n.Spam, Abuse: sum.Abuse + n.Abuse}
	}
	p.Sites = rowsOf(sites)
	for lang, n := range f.Languages {
		p.Languages = append(p.Languages, row{Name: lang, Labels: n})
	}
	sortRows(p.Languages)
	if f.Spam != nil {
		p.Heads = append(p.Heads, newHead("spam", f.Spam, f.Metrics.Spam, f, canSee))
	}
	if f.Abuse != nil {
		p.Heads = append(p.Heads, newHead("abuse", f.Abuse, f.Metrics.Abuse, f, canSee))
	}
	return p
}

func newHead(class string, h *classifier.Head, metrics *classifier.HeadMetrics, f classifier.Manifest, canSee func(string) bool) head {
	out := head{Class: class, Head: h, Metrics: metrics}
	if h.Base {
		out.Metrics = nil // they would be of what was not used
	}
	for _, site := range slices.Sorted(maps.Keys(h.SiteHold)) {
		if canSee(site) {
			out.Sites = append(out.Sites, siteHold{site, h.SiteHold[site], f.HoldBudgets[site]})
		}
	}
	return out
}

func rowsOf(counts map[string]classifier.Counts) []row {
	var rows []row
	for name, n := range counts {
		rows = append(rows, row{name, n, n.Ham + n.Spam + n.Abuse})
	}
	sortRows(rows)
	return rows
}

func sortRows(rows []row) {
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(b.Labels, a.Labels), cmp.Compare(a.Name, b.Name)) })
}

// markup escapes what Markdown and HTML would take for markup: names come from files
// and from requests.
var markup = strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", "&", "&amp;", "`", "\\`", "*", "\\*", "_", "\\_",
	"[", "\\[", "]", "\\]", "\n", " ", "\r", " ")

// cell returns a text for a cell of a table or an item of a list.
func cell(text string) string { return cmp.Or(markup.Replace(text), "–") }

func percent(p float64) string { return fmt.Sprintf("%.4g %%", 100*p) }

func metric(r classifier.Ratio) string { return fmt.Sprintf("%.3f", float64(r)) }

// interval returns the 95 % interval of a metric, if there is one.
func interval(m *classifier.HeadMetrics, name string) string {
	i, ok := m.Interval[name]
	if !ok {
		return "–"
	}
	return fmt.Sprintf("%.3f – %.3f", float64(i[0]), float64(i[1]))
}
