package storagetest

import (
	"strconv"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
)

func importTellsAuthorsApart(t *testing.T, l *fixture) {
	rows := []models.Label{
		{Text: "same", Label: models.Ham},
		{Text: "same", Label: models.Ham, Author: "A"},
		{Text: "same", Label: models.Ham, Author: "B", SelectedBy: models.SelectedHeld, SelectionRate: 0.5},
		{Text: "same", Label: models.Spam, Author: "B"},
		{Text: "same", Label: models.Ham, Author: "A"},
	}
	for _, want := range [][2]int{{4, 1}, {0, 5}} {
		added, known, err := l.ImportLabels(l.ctx, operator, all(rows))
		ok(t, err)
		equal(t, "added and known", [2]int{added, known}, want)
	}
	selected := map[string]float64{}
	for label, err := range l.Labels(l.ctx, "", time.Time{}) {
		ok(t, err)
		selected[label.SelectedBy] += label.SelectionRate
	}
	equal(t, "kinds", len(selected), 2)
	equal(t, "held", selected[models.SelectedHeld], 0.5)
	_, _, err := l.ImportLabels(l.ctx, operator, all([]models.Label{{Text: "a", Label: models.Ham, SelectionRate: 2}}))
	wantKind(t, err, models.KindInvalid)
}

func conflictsAreListed(t *testing.T, l *fixture) {
	both := l.post(t, withBody("both"))
	l.decide(t, ann, both.ID, rejectSpam)
	_, _, err := l.ImportLabels(l.ctx, operator, all([]models.Label{
		{Text: "both", Label: models.Ham, Site: "gazette", LabelledBy: "zoe"},
		{Text: "one", Label: models.Ham, Site: "gazette"},
		{Text: "apart", Label: models.Ham, Site: "gazette"},
		{Text: "apart", Label: models.Spam, Site: "tribune"},
	}))
	ok(t, err)
	found := must(l.LabelConflicts(l.ctx, ann, "gazette", 10))(t)
	equal(t, "conflicts of the site", len(found), 1)
	equal(t, "text", found[0].Text, "both")
	equal(t, "labels", len(found[0].Labels), 2)
	first, second := found[0].Labels[0], found[0].Labels[1]
	equal(t, "first", first.LabelledBy+string(first.Label)+first.SelectedBy, "annspamheld")
	equal(t, "second", second.LabelledBy+string(second.Label)+second.SelectedBy, "zoehamimport")
	equal(t, "of all sites", len(must(l.LabelConflicts(l.ctx, ann, "", 10))(t)), 2)
	equal(t, "at most", len(must(l.LabelConflicts(l.ctx, ann, "", 1))(t)), 1)
	equal(t, "of eve's site", len(must(l.LabelConflicts(l.ctx, eve, "", 10))(t)), 0)
	_, err = l.LabelConflicts(l.ctx, eve, "gazette", 10)
	wantKind(t, err, models.KindNotFound)
}

func looksAreCountedByModerator(t *testing.T, l *fixture) {
	l.share(t, 1)
	a, b := l.post(t), l.post(t)
	l.decide(t, ann, a.ID, approveIt)
	l.decide(t, ann, b.ID, approveIt)
	l.answer(t, bob, map[string]models.DecisionRequest{a.ID: approveIt, b.ID: rejectSpam})
	machine := l.post(t, approved, lookedAgain(1))
	l.answer(t, bob, map[string]models.DecisionRequest{machine.ID: approveIt})
	got := must(l.Stats(l.ctx, ann, "gazette"))(t).ModeratorAgreement
	equal(t, "moderators", len(got), 1)
	equal(t, "ann", got[0], storage.ModeratorAgreement{Moderator: "ann", Agreed: 1, Disagreed: 1})
	equal(t, "elsewhere", len(must(l.Stats(l.ctx, ann, "tribune"))(t).ModeratorAgreement), 0)
}

func goldenExamples(t *testing.T, l *fixture) {
	add := func(by models.Caller, g models.GoldenExample) error {
		_, err := l.AddGoldenExample(l.ctx, by, g)
		return err
	}
	g := must(l.AddGoldenExample(l.ctx, ann, models.GoldenExample{Site: "gazette", Text: "buy\x00 now", Label: models.Spam, Note: "seen in May"}))(t)
	wantKind(t, add(ann, models.GoldenExample{Site: "gazette", Text: "buy\x00 now", Label: models.Spam}), models.KindConflict)
	wantKind(t, add(ann, models.GoldenExample{Site: "none", Text: "x", Label: models.Spam}), models.KindNotFound)
	wantKind(t, add(eve, models.GoldenExample{Site: "gazette", Text: "x", Label: models.Spam}), models.KindNotFound)
	wantKind(t, add(eve, models.GoldenExample{Text: "x", Label: models.Spam}), models.KindForbidden)
	wantKind(t, add(ann, models.GoldenExample{Text: " ", Label: "odd"}), models.KindInvalid)
	ok(t, add(ann, models.GoldenExample{Text: "good morning", Label: models.Ham}))
	list := func(site string) (found []models.GoldenExample) {
		for g, err := range l.GoldenExamples(l.ctx, site) {
			ok(t, err)
			found = append(found, g)
		}
		return found
	}
	equal(t, "all", len(list("")), 2)
	equal(t, "of the site", len(list("gazette")), 1)
	equal(t, "example", list("gazette")[0], g)
	equal(t, "by", g.AddedBy, "ann")
	wantKind(t, l.RemoveGoldenExample(l.ctx, eve, g.ID), models.KindNotFound)
	wantKind(t, l.RemoveGoldenExample(l.ctx, ann, "none"), models.KindNotFound)
	ok(t, l.RemoveGoldenExample(l.ctx, ann, g.ID))
	equal(t, "left", len(list("")), 1)
	rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "golden.*"})
	ok(t, err)
	equal(t, "in the trail", len(rows), 3)

	must(l.UpdateSite(l.ctx, ann, "gazette", func(s *models.Site) error { s.Retention.Labels = 10; return nil }))(t)
	ok(t, add(ann, models.GoldenExample{Site: "gazette", Text: "again", Label: models.Spam}))
	l.clock.Advance(11 * 24 * time.Hour)
	must(l.Purge(l.ctx))(t)
	equal(t, "after the retention of labels", len(list("gazette")), 0)
}

func vouchedLabels(t *testing.T, l *fixture) {
	vouched := func() (texts []string) {
		for label, err := range l.TrainingLabels(l.ctx) {
			ok(t, err)
			if label.SelectedBy == models.SelectedVouched {
				equal(t, "class", label.Label, models.Ham)
				texts = append(texts, label.Text)
			}
		}
		return texts
	}
	var last models.Comment
	for author := range 2 {
		for range 7 {
			last = l.post(t, approved, by(models.Author{ID: strconv.Itoa(author), Name: "N"}))
		}
	}
	newcomer := models.Author{ID: "new", Name: "N"}
	l.post(t, approved, by(newcomer))
	for range 9 {
		l.post(t, approved, by(models.Author{Name: "only a name"}))
	}
	l.clock.Advance(25 * time.Hour)
	equal(t, "without spam labels", len(vouched()), 0)
	for range 2 {
		l.decide(t, ann, l.post(t).ID, rejectSpam)
	}
	equal(t, "three for each", len(vouched()), 6)
	equal(t, "the newest first", vouched()[0], last.Body)
	l.decide(t, ann, l.post(t).ID, rejectSpam)
	l.decide(t, ann, l.post(t).ID, rejectSpam)
	equal(t, "five of each author", len(vouched()), 10)
	must(l.Flag(l.ctx, gazette, last.ID, storage.Report{Who: "author x"}))(t)
	if vouched()[0] == last.Body {
		t.Error("a reported comment is vouched for")
	}
	l.decide(t, ann, l.post(t, by(models.Author{ID: "1", Name: "N"})).ID, rejectSpam)
	equal(t, "of the other author", len(vouched()), 5)
}
