package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// AddSite adds a site and returns the secret of its main key, of which only a hash is
// stored. Name, mode and retention have defaults. A slug that exists is a
// conflict.
func (db *DB) AddSite(ctx context.Context, by models.Caller, s models.Site) (key string, err error) {
	return update(ctx, db, func(t *tx) (string, error) { return t.addSite(by, s) })
}

func (t *tx) addSite(by models.Caller, s models.Site) (key string, err error) {
	s = withDefaults(s)
	if slices.Contains(helpWords, s.Slug) {
		var bad models.Invalid
		bad.Add("slug", "must not be %s: commands take that for a request for help", strings.Join(helpWords, " or "))
		return "", bad.Err()
	}
	if err := errors.Join(s.Validate(), models.CheckSSOSecret(s.SSOSecret)); err != nil {
		return "", err
	}
	columns, err := siteValues(s)
	if err != nil {
		return "", err
	}
	added, err := t.InsertRow("sites", "ON CONFLICT (slug) DO NOTHING", append(columns,
		"slug", s.Slug,
		"key_hash", []byte(s.Slug), // not read: see site_keys
		"created_at", micros(t.Now),
		"rules", "{}",
	)...)
	if err != nil {
		return "", err
	}
	if added == 0 {
		return "", models.Errorf(models.KindConflict, "site %q exists already", s.Slug)
	}
	if _, err := t.Exec(`INSERT INTO site_counts (site, pending) VALUES ($1, 0)`, s.Slug); err != nil {
		return "", err
	}
	main := models.SiteKey{Name: models.MainKey, Scopes: models.FrontEndScopes()}
	key = newSiteSecret(main)
	if _, err := t.addSiteKey(by, s.Slug, main, key, 0); err != nil {
		return "", err
	}
	return key, t.audit(by, s.Slug, "site.add", s.Slug, nil, auditSite(s))
}

// withDefaults completes a site that says nothing of some settings.
func withDefaults(s models.Site) models.Site {
	if s.Name == "" {
		s.Name = s.Slug
	}
	if s.Mode == "" {
		s.Mode = models.ModePost
	}
	s.ProofOfWork = cmp.Or(s.ProofOfWork, models.ProofOff)
	if s.Retention == (models.Retention{}) {
		s.Retention = models.DefaultRetention()
	}
	if s.Origins == nil {
		s.Origins = []string{} // a list in JSON too
	}
	if s.ReservedNames == nil {
		s.ReservedNames = []string{}
	}
	if s.Reasons == nil {
		s.Reasons = []models.SiteReason{}
	}
	if s.URLParameters == nil {
		s.URLParameters = []string{}
	}
	if s.Notices.Addresses == nil {
		s.Notices.Addresses = []string{}
	}
	return s
}

// helpWords are no slugs, because on the command line they ask for help.
var helpWords = []string{"h", "help"}

// siteValues are the columns of a site that can be changed, each with its value.
func siteValues(s models.Site) (pairs []any, err error) {
	pairs = []any{
		"name", s.Name,
		"newsroom", s.Newsroom,
		"mode", s.Mode,
		"hold", s.Thresholds.Hold,
		"reject", s.Thresholds.Reject,
		"abuse", s.Thresholds.Abuse,
		"sso_secret", s.SSOSecret,
		"keep_addresses", s.Retention.Addresses,
		"keep_rejected", s.Retention.Rejected,
		"keep_labels", s.Retention.Labels,
		"second_look", s.SecondLook,
		"training_sample", s.TrainingSample,
		"hold_budget", s.HoldBudget,
		"campaign_copies", s.CampaignCopies,
		"reports_to_hold", s.ReportsToHold,
		"edit_minutes", s.EditMinutes,
		"appeals", s.Appeals,
		"nudge", s.Nudge,
		"links_in_comments", s.LinksInComments,
		"proof_of_work", s.ProofOfWork,
		"minimum_seconds", s.MinimumSeconds,
		"language", s.Language,
		"notice_webhook", s.Notices.WebhookURL,
		"opinion_key", s.Opinion.Key,
		"reader_mail", s.ReaderMail,
	}
	for _, column := range []struct {
		name  string
		value any
	}{
		{"origins", s.Origins},
		{"surge", s.Burst},
		{"reasons", s.Reasons},
		{"reserved_names", s.ReservedNames},
		{"reader_tokens", s.ReaderTokens},
		{"closing", s.Closing},
		{"url_parameters", s.URLParameters},
		{"notices", s.Notices},
		{"opinion", s.Opinion},
	} {
		text, err := toJSON(column.value)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, column.name, text)
	}
	return pairs, nil
}

// auditSite is what the audit trail stores of a site: not its secrets.
func auditSite(s models.Site) map[string]any {
	return map[string]any{
		"name": s.Name, "newsroom": s.Newsroom, "origins": s.Origins, "mode": s.Mode,
		"thresholds": s.Thresholds, "retention": s.Retention, "surge": s.Burst, "reasons": s.Reasons, "second_look": s.SecondLookShare(),
		"training_sample": s.TrainingSampleSize(), "hold_budget": s.HoldShare(), "campaign_copies": s.CampaignFloor(), "reports_to_hold": s.ReportsNeeded(), "reader_tokens": s.SSOSecret != "",
		"reserved_names": s.ReservedNames, "reader_token_claims": s.ReaderTokens,
		"closing": s.Closing, "url_parameters": s.URLParameters,
		"edit_minutes": int(s.EditTime().Minutes()), "appeals": s.AllowsAppeals(), "nudge": s.Nudge, "links_in_comments": s.LinksInComments,
		"proof_of_work": s.ProofOfWork, "minimum_seconds": s.MinimumSeconds,
		"language": s.Language, "notices": s.Notices, "notice_webhook": s.Notices.WebhookURL != "", "reader_mail": s.ReaderMail,
		"opinion": s.Opinion, "opinion_key": s.Opinion.Key != "",
	}
}

const siteColumns = `SELECT slug, name, newsroom, origins, mode, hold, reject, abuse, sso_secret, created_at, keep_addresses, keep_rejected, keep_labels, surge, second_look, training_sample, hold_budget, campaign_copies, reports_to_hold, reasons, reserved_names, reader_tokens, closing, url_parameters,
	edit_minutes, appeals, nudge, links_in_comments, proof_of_work, minimum_seconds, language, notices, notice_webhook, reader_mail, opinion, opinion_key FROM sites`

func readSite(scan sqldb.Scanner) (s models.Site, err error) {
	var origins, burst, reasons, reserved, tokens, closing, parameters, notices, webhook, opinion, opinionKey string
	var at int64
	err = scan(&s.Slug, &s.Name, &s.Newsroom, &origins, &s.Mode, &s.Thresholds.Hold, &s.Thresholds.Reject, &s.Thresholds.Abuse, &s.SSOSecret, &at,
		&s.Retention.Addresses, &s.Retention.Rejected, &s.Retention.Labels, &burst, &s.SecondLook, &s.TrainingSample, &s.HoldBudget, &s.CampaignCopies, &s.ReportsToHold, &reasons, &reserved, &tokens, &closing, &parameters,
		&s.EditMinutes, &s.Appeals, &s.Nudge, &s.LinksInComments, &s.ProofOfWork, &s.MinimumSeconds, &s.Language, &notices, &webhook, &s.ReaderMail, &opinion, &opinionKey)
	if err != nil {
		return s, err
	}
	s.CreatedAt = fromMicros(at)
	s.Opinion.Key = opinionKey // which the JSON leaves alone
	return s, errors.Join(json.Unmarshal([]byte(origins), &s.Origins), json.Unmarshal([]byte(burst), &s.Burst), json.Unmarshal([]byte(reasons), &s.Reasons),
		json.Unmarshal([]byte(reserved), &s.ReservedNames), json.Unmarshal([]byte(tokens), &s.ReaderTokens),
		json.Unmarshal([]byte(closing), &s.Closing), json.Unmarshal([]byte(parameters), &s.URLParameters),
		readNotices(&s.Notices, notices, webhook), json.Unmarshal([]byte(opinion), &s.Opinion))
}

// readNotices reads what siteValues has written.
func readNotices(n *models.Notices, text, webhook string) error {
	err := json.Unmarshal([]byte(text), n)
	n.WebhookURL = webhook
	if n.Addresses == nil {
		n.Addresses = []string{}
	}
	return err
}

// Sites returns all sites by slug.
func (db *DB) Sites(ctx context.Context) ([]models.Site, error) {
	return read(ctx, db, func(t *tx) ([]models.Site, error) { return sqldb.List(t, readSite, siteColumns+` ORDER BY slug`) })
}

// Site returns one site, or KindNotFound.
func (db *DB) Site(ctx context.Context, slug string) (models.Site, error) {
	return read(ctx, db, func(t *tx) (models.Site, error) { return t.site(slug, "") })
}

func (t *tx) site(slug, lock string) (models.Site, error) {
	s, err := sqldb.One(t, readSite, siteColumns+` WHERE slug = $1`+lock, slug)
	return s, notFoundIf(err, "there is no site %q", slug)
}

// namelessSample is how many of the last comments of a site say whether it names clients.
const namelessSample = 20

// NamesNoClient reports whether none of the last comments of a site, of the last day, came
// with an address: then limits, bans and reports cannot tell its readers apart.
func (db *DB) NamesNoClient(ctx context.Context, site string) (bool, error) {
	type count struct{ all, nameless int }
	n, err := read(ctx, db, func(t *tx) (count, error) {
		return sqldb.One(t, func(scan sqldb.Scanner) (n count, err error) {
			err = scan(&n.all, &n.nameless)
			return n, err
		}, `SELECT count(*), count(*) FILTER (WHERE client_hash = '') FROM (SELECT client_hash FROM comments
			WHERE site = $1 AND created_at > $2 ORDER BY created_at DESC, id DESC LIMIT $3) AS last`, site, micros(t.Now.AddDate(0, 0, -1)), namelessSample)
	})
	return n.all > 0 && n.nameless == n.all, err
}

// UpdateSite lets change edit a site, and stores the result if it is valid. The
// slug and the time of creation stay. change must be quick, because others wait
// for it.
func (db *DB) UpdateSite(ctx context.Context, by models.Caller, slug string, change func(*models.Site) error) (models.Site, error) {
	return update(ctx, db, func(t *tx) (models.Site, error) {
		old, err := t.site(slug, t.ForUpdate())
		if err != nil {
			return old, err
		}
		s := old
		s.Origins = append([]string{}, old.Origins...)
		s.Reasons = append([]models.SiteReason{}, old.Reasons...)
		s.ReservedNames = append([]string{}, old.ReservedNames...)
		s.Notices.Addresses = append([]string{}, old.Notices.Addresses...)
		s.URLParameters, s.Closing.Sections = append([]string{}, old.URLParameters...), maps.Clone(old.Closing.Sections)
		if err := change(&s); err != nil {
			return old, err
		}
		s.Slug, s.CreatedAt = old.Slug, old.CreatedAt
		if s.Opinion.URL != old.Opinion.URL && s.Opinion.Key == old.Opinion.Key {
			s.Opinion.Key = "" // nobody can have it sent elsewhere who does not know it
		}
		if err := s.Validate(); err != nil {
			return old, err
		}
		if s.SSOSecret != old.SSOSecret { // an older one may be shorter
			if err := models.CheckSSOSecret(s.SSOSecret); err != nil {
				return old, err
			}
		}
		columns, err := siteValues(s)
		if err != nil {
			return old, err
		}
		if _, err := t.UpdateRow("sites", "slug", slug, columns...); err != nil {
			return old, err
		}
		if !reflect.DeepEqual(s.Notices, old.Notices) {
			if err := t.forgetFailures(slug); err != nil {
				return old, err
			}
		}
		return s, t.audit(by, slug, "site.update", slug, auditSite(old), auditSite(s))
	})
}
