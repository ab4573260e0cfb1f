package importer_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/importer"
	"winnow/storage/storagetest"
)

// TestEachFormatTwice imports the file of each format, and again.
func TestEachFormatTwice(t *testing.T) {
	files, err := filepath.Glob("../commentfile/testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	onEach(t, func(t *testing.T, f *fixture) {
		for _, path := range files {
			if strings.HasSuffix(path, ".golden") {
				continue
			}
			name, _, _ := strings.Cut(filepath.Base(path), ".")
			name, _, _ = strings.Cut(name, "-")
			s, _, err := f.run(name, path, "", importer.Options{})
			table := strings.HasSuffix(path, ".tsv") // the comments of the file before it in another form
			if err != nil || (len(s.Added) == 0 || s.Known > 0) && !table || s.Known+len(s.Added) == 0 {
				t.Errorf("%s: %v, %s", path, err, summaryText(t, s))
			}
			storagetest.Counters(t, f.url)
			before := f.state("gazette")
			again, _, err := f.run(name, path, "", importer.Options{})
			if err != nil || len(again.Added) > 0 || again.Known != s.Comments || again.Labels > 0 || f.state("gazette") != before {
				t.Errorf("%s again: %v, %s", path, err, summaryText(t, again))
			}
		}
	})
}

// archive exports a site.
func (f *fixture) archive(slug string) string {
	t := f.t
	t.Helper()
	site, err := f.db.Site(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := importer.WriteArchive(t.Context(), f.db, site, time.Unix(1767340800, 0), &b, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestArchiveComesBackTheSame moves a site with decisions, a merge and an erased comment to
// other databases, and to another site of the same one.
func TestArchiveComesBackTheSame(t *testing.T) {
	onEach(t, func(t *testing.T, f *fixture) {
		for _, path := range []string{"wordpress.xml", "disqus.xml", "isso.db"} {
			name, _, _ := strings.Cut(path, ".")
			if _, _, err := f.run(name, "../commentfile/testdata/"+path, "", importer.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		f.moderate()
		want, text := f.state("gazette"), f.archive("gazette")
		if strings.Contains(text, "203.0.113") || !strings.HasPrefix(text, `{"type":"winnow-archive","version":1,"site":"gazette"`) {
			t.Errorf("the archive begins\n%.300s", text)
		}
		f.addSite("other")
		s, bad, err := f.run("comments", "", text, importer.Options{Site: "other"})
		if err != nil || len(bad) > 0 || s.Detached > 0 {
			t.Fatal(err, bad, summaryText(t, s))
		}
		if got := f.state("other"); got != want {
			t.Errorf("on another site there is\n%swant\n%s", got, want)
		}
		if s, _, err := f.run("comments", "", text, importer.Options{}); err != nil || s.Known != s.Comments || len(s.Added) > 0 || f.state("gazette") != want {
			t.Errorf("on the same site: %v %s", err, summaryText(t, s))
		}
		for name, newURL := range databases {
			url := newURL(t)
			there := &fixture{t: t, url: url, db: storagetest.Open(t, url, storage.Options{})}
			there.addSite("gazette")
			for range 2 {
				if _, bad, err := there.run("comments", "", text, importer.Options{}); err != nil || len(bad) > 0 {
					t.Fatal(name, err, bad)
				}
			}
			if got := there.archive("gazette"); got != text {
				t.Errorf("%s: the archive of the archive is\n%s\nwant\n%s", name, got, text)
			}
			storagetest.Counters(t, url)
		}
	})
}

// moderate changes what was imported.
func (f *fixture) moderate() {
	t := f.t
	ann := models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}
	for c, err := range f.db.Comments(t.Context(), "gazette", time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		request := models.DecisionRequest{}
		switch c.Body {
		case "Waiting to be read.":
			request.Action = models.Approve
		case "First paragraph.\n\nSecond <one>.", "Hello *there*":
			request.Action, request.Reason = models.Reject, models.ReasonAbuse
		default:
			continue
		}
		if _, _, err := f.db.Decide(t.Context(), ann, c.ID, request); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.db.MergeArticles(t.Context(), ann, "gazette", "14", "12"); err != nil {
		t.Fatal(err)
	}
}

// moderated is a site with all that an archive has, on one of the databases.
func moderated(t *testing.T, url string) *fixture {
	t.Helper()
	f := &fixture{t: t, url: url, db: storagetest.Open(t, url, storage.Options{})}
	f.addSite("gazette")
	if _, _, err := f.run("wordpress", "../commentfile/testdata/wordpress.xml", "", importer.Options{}); err != nil {
		t.Fatal(err)
	}
	ctx, must := t.Context(), func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ann := models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}
	for c, err := range f.db.Comments(ctx, "gazette", time.Time{}) {
		must(err)
		if c.Status == models.Pending {
			_, _, err := f.db.Escalate(ctx, ann, c.ID, "for an editor")
			must(err)
		}
	}
	f.moderate()
	for c, err := range f.db.Comments(ctx, "gazette", time.Time{}) {
		must(err)
		if c.Status != models.Approved {
			continue
		}
		_, done, _, err := f.db.DecideBatch(ctx, ann, []string{c.ID}, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonOffTopic, Note: "a note", Message: "Please stay on topic."})
		must(err)
		_, _, err = f.db.Undo(ctx, ann, done[0].ID)
		must(err)
		_, _, err = f.db.Decide(ctx, ann, c.ID, models.DecisionRequest{Action: models.Reject, Reason: models.ReasonSpam})
		must(err)
	}
	_, err := f.db.UpdateSite(ctx, ann, "gazette", func(s *models.Site) error {
		limit := 0.25
		s.Name, s.Mode, s.Origins, s.HoldBudget, s.SSOSecret = "The Gazette", models.ModePre, []string{"https://gazette.example"}, &limit, strings.Repeat("s", 40)
		s.Reasons = []models.SiteReason{{ID: "ads", Under: models.ReasonSpam, Name: "Advertisement"}}
		s.Notices.WebhookURL = "https://hooks.example/HIDDEN"
		s.Opinion = models.OpinionSettings{Kind: models.OpinionHTTP, URL: "https://judge.example/", Key: "HIDDEN-KEY"}
		return nil
	})
	must(err)
	must(f.db.SetRules(ctx, ann, "gazette", models.Rules{BlockedWords: models.BlockedWords{Words: []string{"casino"}, Action: models.Hold}}))
	for _, marks := range [][]models.BanMark{
		{{On: models.MarkID, Label: "r7", Value: "r7"}, {On: models.MarkEmail, Label: "Ada@Example.org", Value: models.FoldEmail("Ada@Example.org")}, {On: models.MarkBrowser, Value: "browser-of-ada"}},
		{{On: models.MarkNetwork, Label: "203.0.113.0/24", Value: "203.0.113.0/24"}},
		{{On: models.MarkHousehold, Label: "203.0.113.0/24", Value: "203.0.113.9/32"}},
	} {
		_, err := f.db.AddBan(ctx, ann, models.BanEntry{Site: "gazette", Marks: marks, Sanction: models.Sanction{Kind: models.Ban, Reason: "insults", Until: f.db.Now().Add(time.Hour)}})
		must(err)
	}
	return f
}

// TestArchiveHasTheWholeSite moves a site from SQLite to PostgreSQL and back, and looks for
// its decisions, bans, settings and rules, and for secrets.
func TestArchiveHasTheWholeSite(t *testing.T) {
	first := moderated(t, databases["SQLite"](t))
	text := first.archive("gazette")
	for kind, want := range map[string]int{"settings": 1, "rules": 1, "decision": 8, "ban": 2} {
		if n := strings.Count(text, `{"type":"`+kind+`"`); n != want {
			t.Errorf("%d lines of the type %s, want %d in\n%s", n, kind, want, text)
		}
	}
	for _, secret := range []string{"ssss", "HIDDEN", "browser-of-ada", "203.0.113.9"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in\n%s", secret, text)
		}
	}
	want := text
	for _, name := range []string{"PostgreSQL", "SQLite", "partitions"} {
		url := databases[name](t)
		f := &fixture{t: t, url: url, db: storagetest.Open(t, url, storage.Options{})}
		f.addSite("gazette")
		dry, bad, err := f.run("comments", "", text, importer.Options{DryRun: true})
		if err != nil || len(bad) > 0 || dry.Decisions != 8 || dry.Bans != 2 || !dry.Settings || !dry.Rules || strings.Contains(f.archive("gazette"), "decision") {
			t.Fatalf("%s: dry run: %v %v %s", name, err, bad, summaryText(t, dry))
		}
		if s, bad, err := f.run("comments", "", text, importer.Options{}); err != nil || len(bad) > 0 || s.Decisions != 8 || s.Bans != 2 || !s.Settings || !s.Rules {
			t.Fatalf("%s: %v %v %s", name, err, bad, summaryText(t, s))
		}
		if text = f.archive("gazette"); text != want {
			t.Fatalf("%s: the archive of the archive is\n%s\nwant\n%s", name, text, want)
		}
		for _, dryRun := range []bool{true, false} {
			if s, _, err := f.run("comments", "", text, importer.Options{DryRun: dryRun}); err != nil || s.Decisions+s.Bans > 0 || s.Settings || s.Rules || f.archive("gazette") != want {
				t.Errorf("%s again: %v %s", name, err, summaryText(t, s))
			}
		}
		if x, err := f.db.Sanction(t.Context(), "gazette", models.Identity{ID: "r7"}); err != nil || x == nil || x.Reason != "insults" {
			t.Errorf("%s: the reader has the sanction %v, %v", name, x, err)
		}
		storagetest.Counters(t, url)
	}
}

// TestArchiveLeavesWhatPeopleDidHere: a ban that was lifted, settings that were changed and
// comments that were decided here stay as they are.
func TestArchiveLeavesWhatPeopleDidHere(t *testing.T) {
	text := moderated(t, databases["SQLite"](t)).archive("gazette")
	onEach(t, func(t *testing.T, f *fixture) {
		ctx, ann := t.Context(), models.Caller{Kind: models.ByModerator, Name: "ann", Role: models.RoleAdmin}
		if _, err := f.db.UpdateSite(ctx, ann, "gazette", func(s *models.Site) error { s.Nudge = true; return nil }); err != nil {
			t.Fatal(err)
		}
		if s, _, err := f.run("comments", "", text, importer.Options{}); err != nil || s.Settings || !s.Rules {
			t.Fatal(err, summaryText(t, s))
		}
		if site, err := f.db.Site(ctx, "gazette"); err != nil || site.Mode != models.ModePost || !site.Nudge {
			t.Errorf("the settings are %+v, %v", site, err)
		}
		bans, _, err := f.db.Bans(ctx, ann, "gazette", "", 0)
		if err != nil || len(bans) != 2 {
			t.Fatal(bans, err)
		}
		if _, err := f.db.LiftBan(ctx, ann, bans[0].ID, func(models.BanEntry) error { return nil }); err != nil {
			t.Fatal(err)
		}
		// Under another slug everything gets ids of its own, and labels stay those of decisions.
		f.addSite("other")
		s, bad, err := f.run("comments", "", text, importer.Options{Site: "other"})
		if err != nil || len(bad) > 0 || s.Decisions != 8 || s.Bans != 2 {
			t.Fatal(err, bad, summaryText(t, s))
		}
		before := f.archive("gazette")
		if s, _, err := f.run("comments", "", text, importer.Options{}); err != nil || s.Bans > 0 || s.Decisions > 0 || f.archive("gazette") != before {
			t.Errorf("again: %v %s", err, summaryText(t, s))
		}
		labelled := 0
		for d, err := range f.db.ArchivedDecisions(ctx, "other") {
			if err != nil {
				t.Fatal(err)
			}
			if d.Label != "" {
				labelled++
			}
			if !storage.IsOfSite(d.ID, "other") {
				t.Errorf("the decision has the id %s", d.ID)
			}
		}
		if labelled == 0 {
			t.Error("no decision has a label")
		}
		// A decision that has come can be undone.
		for d, err := range f.db.ArchivedDecisions(ctx, "other") {
			if err == nil && d.Reason == models.ReasonSpam {
				_, comments, undoErr := f.db.Undo(ctx, ann, d.ID)
				if undoErr != nil || comments[0].Status != models.Approved {
					t.Errorf("undone: %v %v", comments, undoErr)
				}
			}
		}
	})
}

// TestArchiveWithBadParts: what cannot be right is named and left out.
func TestArchiveWithBadParts(t *testing.T) {
	const id = "019b7caa-d180-7000-8000-00000000a0"
	lines := map[string]string{
		"a decision without a time":    `{"type":"decision","id":"` + id + `01","comment_id":"x","action":"approve","old_status":"pending"}`,
		"a decision without an id":     `{"type":"decision","comment_id":"x","action":"approve","old_status":"pending","created_at":"2026-01-02T08:00:00Z"}`,
		"a decision that does nothing": `{"type":"decision","id":"` + id + `02","comment_id":"x","action":"ponder","old_status":"pending","created_at":"2026-01-02T08:00:00Z"}`,
		"a ban on nobody":              `{"type":"ban","id":"` + id + `03","kind":"ban","at":"2026-01-02T08:00:00Z"}`,
		"a ban of another kind":        `{"type":"ban","id":"` + id + `04","kind":"curse","at":"2026-01-02T08:00:00Z","marks":[{"on":"id","label":"r7"}]}`,
		"settings that are no mode":    `{"type":"settings","name":"X","mode":"sometimes"}`,
		"rules that do nothing":        `{"type":"rules","rules":{"blocked_words":{"words":["x"],"action":"ponder"}}}`,
	}
	onEach(t, func(t *testing.T, f *fixture) {
		for name, line := range lines {
			before := f.archive("gazette")
			s, bad, err := f.run("comments", "", `{"type":"winnow-archive","version":1}`+"\n"+line+"\n", importer.Options{})
			if err != nil || len(bad) != 1 || s.Decisions+s.Bans > 0 || s.Settings || s.Rules || f.archive("gazette") != before {
				t.Errorf("%s: %v %q %s", name, err, bad, summaryText(t, s))
			}
		}
	})
}
