package main

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"winnow/models"
)

func TestSiteCommands(t *testing.T) {
	db := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", "--name", "The Gazette", "--origin", "https://gazette.example", "--json", db)
	must(t, "", "site", "set", "gazette", "--mode", "pre", "--hold", "0.4", db)
	list := must(t, "", "site", "list", db)
	for _, want := range []string{"gazette", "The Gazette", "pre", "0.4", "https://gazette.example"} {
		if !strings.Contains(list, want) {
			t.Errorf("site list lacks %q:\n%s", want, list)
		}
	}
	must(t, "", "site", "set", "gazette", "--proof-of-work", "under_attack", "--minimum-seconds", "3", db)
	if status, _, errs := winnow(t, "", "site", "set", "gazette", "--proof-of-work", "sometimes", db); status != exitFailed || !strings.Contains(errs, "proof_of_work must be off, under_attack or always") {
		t.Errorf("an unknown setting: exit status %d: %s", status, errs)
	}
	must(t, `{"blocked_words":{"words":["tea & <b>"],"action":"hold"},"links":{"max":0}}`, "site", "rules", "gazette", "--file", "-", db)
	must(t, "", "site", "set", "gazette", "--mode", "post", db)
	if printed := must(t, "", "site", "rules", "gazette", db); !strings.Contains(printed, `"tea & <b>"`) || !strings.Contains(printed, `"max": 0`) {
		t.Errorf("the rules are %s", printed)
	}
	for stdin, want := range map[string]string{
		`{"blocked_wrds":{}}`:                                     "blocked_wrds is not a known field, was blocked_words meant?",
		`{"authors":{"hold_frist":true}}`:                         "authors.hold_frist is not a known field, was hold_first meant?",
		`{"blocked_words":{"words":["a"]}}`:                       "blocked_words.action",
		`{"blocked_words":{"words":["a","*"],"action":"hold"}}`:   "blocked_words.words[1]",
		`{"blocked_words":{"words":["a","..."],"action":"hold"}}`: "blocked_words.words[1]",
		`{} {}`: "after top-level value",
	} {
		if status, _, errs := winnow(t, stdin, "site", "rules", "gazette", "--file", "-", db); status != exitFailed || !strings.Contains(errs, want) {
			t.Errorf("%s: exit status %d: %s", stdin, status, errs)
		}
	}
	if status, _, errs := winnow(t, "", "site", "add", "gazette", db); status != exitFailed || !strings.Contains(errs, "gazette") {
		t.Errorf("a second site of the same name: exit status %d: %s", status, errs)
	}
}

func TestSiteKeys(t *testing.T) {
	db := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", db)
	must(t, "", "site", "add-key", "gazette", "archive", "--scope", "export", "--scope", "read", "--for", "720h", db)
	must(t, "", "site", "rotate-key", "gazette", "--overlap", "24h", db)
	var keys []models.SiteKey
	if err := json.Unmarshal([]byte(must(t, "", "site", "keys", "gazette", "--json", db)), &keys); err != nil {
		t.Fatal(err)
	}
	if len(keys) != 3 || keys[0].Name != "archive" || keys[0].Until == nil || keys[1].Until != nil || keys[2].Until == nil {
		t.Errorf("keys %+v", keys)
	}
	must(t, "", "site", "remove-key", "gazette", keys[2].ID, db)
	if list := must(t, "", "site", "keys", "gazette", db); !strings.Contains(list, "export read") || strings.Contains(list, keys[2].ID) {
		t.Error(list)
	}
	for want, args := range map[string][]string{
		"scopes": {"add-key", "gazette", "other", "--scope", "everything", db}, "no key": {"rotate-key", "gazette", "--name", "other", db},
	} {
		if status, _, errs := winnow(t, "", append([]string{"site"}, args...)...); status != exitFailed || !strings.Contains(errs, want) {
			t.Errorf("%v: exit status %d: %s", args, status, errs)
		}
	}
}

func TestSiteRetention(t *testing.T) {
	db := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", db)
	must(t, "", "site", "add", "herald", "--keep-addresses", "0", "--keep-rejected", "0", db)
	must(t, "", "site", "set", "gazette", "--keep-addresses", "7", "--keep-labels", "400", db)
	var sites []models.Site
	if err := json.Unmarshal([]byte(must(t, "", "site", "list", "--json", db)), &sites); err != nil {
		t.Fatal(err)
	}
	if want := (models.Retention{Addresses: 7, Rejected: 180, Labels: 400}); sites[0].Retention != want || sites[1].Retention != (models.Retention{}) {
		t.Errorf("retention %+v and %+v", sites[0].Retention, sites[1].Retention)
	}
	if list := must(t, "", "site", "list", db); !strings.Contains(list, "7/180/400") {
		t.Error(list)
	}
	if status, _, errs := winnow(t, "", "site", "set", "gazette", "--keep-rejected", "-1", db); status != exitFailed || !strings.Contains(errs, "retention.rejected") {
		t.Errorf("exit status %d: %s", status, errs)
	}
}

func TestSiteBurst(t *testing.T) {
	db := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", "--surge", "30/5/60", db)
	must(t, "", "site", "add", "herald", "--surge", "9/1/9", db)
	must(t, "", "site", "set", "herald", "--surge", "off", db)
	var sites []models.Site
	if err := json.Unmarshal([]byte(must(t, "", "site", "list", "--json", db)), &sites); err != nil {
		t.Fatal(err)
	}
	if want := (models.Burst{Count: 30, Minutes: 5, HoldMinutes: 60}); sites[0].Burst != want || sites[1].Burst != (models.Burst{}) {
		t.Errorf("bursts %+v and %+v", sites[0].Burst, sites[1].Burst)
	}
	if list := must(t, "", "site", "list", db); !strings.Contains(list, "30/5/60") {
		t.Error(list)
	}
	for text, want := range map[string]int{"30": exitUsage, "30/5/x": exitUsage, "30/0/5": exitFailed} {
		if status, _, errs := winnow(t, "", "site", "set", "gazette", "--surge", text, db); status != want {
			t.Errorf("%s: exit status %d: %s", text, status, errs)
		}
	}
}

func TestSiteNotices(t *testing.T) {
	db := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	must(t, "", "site", "add", "gazette", db)
	must(t, "https://hooks.news.example/services/secret\n", "site", "set", "gazette", "--notice-webhook-file", "-", "--notice-mail", "desk@news.example", "--notice-mail", "chief@news.example",
		"--notice-queue", "200", "--notice-report-hours", "12", "--notice-drift", "--notice-digest", "--notice-digest-hour", "5", "--language", "de", "--reader-mail", db)
	must(t, "", "site", "set", "gazette", "--notice-queue", "100", "--notice-drift=false", db)
	text := must(t, "", "site", "list", "--json", db)
	var sites []models.Site
	if err := json.Unmarshal([]byte(text), &sites); err != nil {
		t.Fatal(err)
	}
	want := models.Notices{Addresses: []string{"desk@news.example", "chief@news.example"}, Queue: 100, ReportHours: 12, Digest: true, DigestHour: 5}
	if got := sites[0]; !reflect.DeepEqual(got.Notices, want) || got.Language != "de" || !got.ReaderMail || strings.Contains(text, "secret") {
		t.Errorf("the site is %s", text)
	}
	for text, flags := range map[string][]string{"notices.addresses": {"--notice-mail", "desk"}, "notices.digest_hour": {"--notice-digest-hour", "24"}, "language": {"--language", "xx"}} {
		if status, _, errs := winnow(t, "", append([]string{"site", "set", "gazette", db}, flags...)...); status != exitFailed || !strings.Contains(errs, text) {
			t.Errorf("%v: exit status %d: %s", flags, status, errs)
		}
	}
}

func TestServeRefusesMailThatCannotBeSent(t *testing.T) {
	db := "--database=sqlite:" + filepath.Join(t.TempDir(), "w.db")
	for _, flags := range [][]string{
		{"--smtp", "smtp://user:hunter2@mail.example"},
		{"--smtp", "http://user:hunter2@mail.example", "--mail-from", "comments@news.example"},
		{"--smtp", "smtp://user:hunter2@mail.example", "--mail-from", "The Gazette"},
		{"--webhook-networks", "ten"},
	} {
		if status, _, errs := winnow(t, "", append([]string{"serve", "--listen", "127.0.0.1:0", db}, flags...)...); status != exitUsage || strings.Contains(errs, "hunter2") {
			t.Errorf("%v: exit status %d: %s", flags, status, errs)
		}
	}
}
