package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"winnow/models"
)

var akismetTests = map[string]func(*testing.T, *fixture){
	"a correction counts what the answer missed": akismetCorrections,
	"a repeated check is no new one":             akismetRechecks,
	"figures of a blog by month":                 akismetMonths,
	"labels weigh what they say":                 labelsKeepTheirWeight,
	"answers and figures are forgotten":          akismetRetention,
	"blogs of a month are bounded":               akismetBlogs,
}

func (l *fixture) checkAkismet(t *testing.T, id, content string, spam bool) {
	t.Helper()
	must(l.AddAkismetCheck(l.ctx, models.AkismetCheck{Site: "gazette", ID: id, Content: content, Blog: "news.example", Spam: spam}))(t)
}

func (l *fixture) correctAkismet(t *testing.T, id, content string, class models.Class) {
	t.Helper()
	ok(t, l.CorrectAkismet(l.ctx, gazette, id, content, "news.example", models.Label{Text: "text of " + content, Label: class, Site: "gazette", Source: "akismet"}))
}

func (l *fixture) akismetFigures(t *testing.T) string {
	t.Helper()
	figures := must(l.AkismetMonth(l.ctx, "gazette", l.clock.Now()))(t)
	if len(figures) != 1 {
		return fmt.Sprint(figures)
	}
	n := figures[0]
	return fmt.Sprintf("%s %d calls, %d spam, %d ham, %d missed, %d false", n.Blog, n.Calls, n.Spam, n.Ham, n.MissedSpam, n.FalsePositives)
}

func akismetCorrections(t *testing.T, l *fixture) {
	l.checkAkismet(t, "1", "a", false)
	l.checkAkismet(t, "2", "b", true)
	equal(t, "checks", l.akismetFigures(t), "news.example 2 calls, 1 spam, 1 ham, 0 missed, 0 false")
	l.correctAkismet(t, "1", "", models.Spam)
	l.correctAkismet(t, "", "b", models.Ham)
	l.correctAkismet(t, "none", "b", models.Ham)
	equal(t, "corrections", l.akismetFigures(t), "news.example 5 calls, 1 spam, 1 ham, 1 missed, 1 false")
	l.correctAkismet(t, "1", "", models.Ham)
	l.correctAkismet(t, "", "unknown", models.Spam)
	equal(t, "second thoughts", l.akismetFigures(t), "news.example 7 calls, 1 spam, 1 ham, 0 missed, 1 false")
	var classes []string
	for label, err := range l.Labels(l.ctx, "gazette", time.Time{}) {
		ok(t, err)
		classes = append(classes, label.ID+"="+string(label.Label))
	}
	slices.Sort(classes)
	equal(t, "labels", fmt.Sprint(classes), fmt.Sprint([]string{"akismet:1=ham", "akismet:2=ham", "akismet:unknown=spam"}))
	equal(t, "of another site", len(must(l.AkismetMonth(l.ctx, "tribune", l.clock.Now()))(t)), 0)
}

func akismetRechecks(t *testing.T, l *fixture) {
	recheck := func(id, content string, spam bool) string {
		c := models.AkismetCheck{Site: "gazette", ID: id, Content: content, Blog: "news.example", Spam: spam, Recheck: true}
		kept := must(l.AddAkismetCheck(l.ctx, c))(t)
		return fmt.Sprintf("%s %v %s", kept.ID, kept.Spam, kept.Corrected)
	}
	l.checkAkismet(t, "1", "a", false)
	equal(t, "uncorrected", recheck("2", "a", true), "1 true ")
	equal(t, "of another content", recheck("3", "b", true), "3 true ")
	equal(t, "figures", l.akismetFigures(t), "news.example 3 calls, 1 spam, 1 ham, 0 missed, 0 false")
	l.correctAkismet(t, "1", "", models.Ham) // the last answer was wrong
	equal(t, "corrected", recheck("4", "a", true), "1 true ham")
	l.clock.Advance(time.Minute)
	l.checkAkismet(t, "5", "a", true)
	equal(t, "corrected before another check", recheck("6", "a", true), "1 true ham")
	equal(t, "figures", l.akismetFigures(t), "news.example 7 calls, 2 spam, 1 ham, 0 missed, 1 false")
}

func akismetMonths(t *testing.T, l *fixture) {
	l.checkAkismet(t, "1", "a", true)
	l.clock.Advance(40 * 24 * time.Hour)
	l.checkAkismet(t, "2", "b", false)
	months := func(blog string, since time.Time) (all []string) {
		for _, n := range must(l.AkismetMonths(l.ctx, "gazette", blog, since))(t) {
			all = append(all, fmt.Sprintf("%d spam %d ham", n.Spam, n.Ham))
			if n.Month.After(l.clock.Now()) || l.clock.Now().Sub(n.Month) > 72*24*time.Hour || n.Month.Day() != 1 {
				t.Errorf("month %v", n.Month)
			}
		}
		return all
	}
	equal(t, "all", fmt.Sprint(months("news.example", time.Time{})), "[1 spam 0 ham 0 spam 1 ham]")
	equal(t, "this month", fmt.Sprint(months("news.example", l.clock.Now())), "[0 spam 1 ham]")
	equal(t, "of another blog", len(months("other.example", time.Time{})), 0)
}

func labelsKeepTheirWeight(t *testing.T, l *fixture) {
	_, _, err := l.ImportLabels(l.ctx, operator, all([]models.Label{{Text: "a", Label: models.Ham, Weight: 0.25}}))
	ok(t, err)
	for label, err := range l.Labels(l.ctx, "", time.Time{}) {
		ok(t, err)
		equal(t, "weight", label.Weight, 0.25)
	}
	_, _, err = l.ImportLabels(l.ctx, operator, all([]models.Label{{Text: "b", Label: models.Ham, Weight: 2}}))
	wantKind(t, err, models.KindInvalid)
}

func akismetRetention(t *testing.T, l *fixture) {
	l.checkAkismet(t, "1", "a", false)
	l.clock.Advance(100 * 24 * time.Hour)
	l.checkAkismet(t, "2", "b", false)
	must(l.Purge(l.ctx))(t)
	l.correctAkismet(t, "1", "", models.Spam) // nobody knows any more that the answer was wrong
	l.correctAkismet(t, "2", "", models.Spam)
	equal(t, "after the purge", l.akismetFigures(t), "news.example 3 calls, 0 spam, 1 ham, 1 missed, 0 false")
	first := l.clock.Now()
	l.clock.Advance(25 * 31 * 24 * time.Hour)
	must(l.Purge(l.ctx))(t)
	equal(t, "figures after two years", len(must(l.AkismetMonth(l.ctx, "gazette", first))(t)), 0)
}

func akismetBlogs(t *testing.T, l *fixture) {
	for n := range 510 {
		must(l.AddAkismetCheck(l.ctx, models.AkismetCheck{Site: "gazette", ID: fmt.Sprint(n), Blog: fmt.Sprintf("%d.example", n)}))(t)
	}
	figures := must(l.AkismetMonth(l.ctx, "gazette", l.clock.Now()))(t)
	equal(t, "blogs", len(figures), 501)
	for _, n := range figures {
		if n.Blog == "other" {
			equal(t, "others", n.Calls, int64(10))
		}
	}
}
