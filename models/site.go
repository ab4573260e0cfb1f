package models

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Mode says what happens to comments that the filter would publish.
type Mode string

const (
	ModePost Mode = "post" // they are published at once and moderated afterwards
	ModePre  Mode = "pre"  // they are held for a moderator
)

// Site is a publication. Several sites share one installation; nothing of one
// is visible to another. The slug is its identity.
type Site struct {
	Slug       string       `json:"slug"`
	Name       string       `json:"name"`
	Origins    []string     `json:"origins"` // browser origins that may post without a key, as package origin writes them
	Mode       Mode         `json:"mode"`
	Thresholds Thresholds   `json:"thresholds"`
	Retention  Retention    `json:"retention"`
	Reasons    []SiteReason `json:"reasons"` // the newsroom's own, each under a common one
	Burst      Burst        `json:"surge"`   // of articles that have none of their own
	// SecondLook is the share, 0 to 1, of decisions, and of comments that the
	// server approved or rejected, that get a second look. Nil: DefaultSecondLook.
	SecondLook *float64 `json:"second_look,omitempty"`
	// TrainingSample is how many of the site's first comments people look at,
	// whatever the filter did with them; 0 is none. Nil: DefaultTrainingSample.
	TrainingSample *int `json:"training_sample,omitempty"`
	// HoldBudget is the share, 0 to 1, of the comments that are neither spam nor
	// abuse which a newly trained model may hold. Nil: DefaultHoldBudget.
	HoldBudget *float64 `json:"hold_budget,omitempty"`
	// CampaignCopies is from how many authors on the comments of a campaign are
	// held whatever the model says of them, the earlier ones included; 0 is never.
	// Nil: DefaultCampaignCopies.
	CampaignCopies *int `json:"campaign_copies,omitempty"`
	// ReportsToHold is how many different readers must report a published comment before it
	// goes back to the queue, three times as many after each approval; 0 is never. Nil:
	// DefaultReportsToHold.
	ReportsToHold *int `json:"reports_to_hold,omitempty"`
	// ReservedNames are names that only authors may use whom the site vouches for.
	ReservedNames []string `json:"reserved_names"`
	// Newsroom is the name in which the newsroom replies; empty: see NewsroomName.
	Newsroom      string       `json:"newsroom,omitempty"`
	ReaderTokens  ReaderTokens `json:"reader_tokens"`
	Closing       Closing      `json:"closing"`        // the age at which articles are closed
	URLParameters []string     `json:"url_parameters"` // what matters of the query of an article's URL that a page sends

	// EditMinutes is how long readers may edit their comments and take them back, in minutes.
	// Nil: see EditTime.
	EditMinutes     *int  `json:"edit_minutes,omitempty"`
	Appeals         *bool `json:"appeals,omitempty"`           // authors may appeal, once, against a rejection by a moderator; nil: see AllowsAppeals
	Nudge           bool  `json:"nudge,omitempty"`             // pages may ask readers to rephrase what is likely to be abuse
	LinksInComments bool  `json:"links_in_comments,omitempty"` // addresses in comments become links

	// ProofOfWork says when pages' readers whom the site does not know must let their browser
	// calculate before they comment.
	ProofOfWork ProofOfWork `json:"proof_of_work"`
	// MinimumSeconds is how long the form of a page must have been open before a comment of a
	// reader for whom the site does not vouch, so that it is not held; 0 is no time.
	MinimumSeconds int `json:"minimum_seconds,omitempty"`
	// Language is that of mail and of the pages that its links lead to, one of Languages;
	// empty: the first.
	Language   string  `json:"language,omitempty"`
	Notices    Notices `json:"notices"`
	ReaderMail bool    `json:"reader_mail,omitempty"` // readers may ask for mail about their comments
	// Opinion is the service that is asked about held comments; none by default.
	Opinion OpinionSettings `json:"opinion"`

	SSOSecret string    `json:"-"` // HS256 key of X-Reader-Token; empty: none
	CreatedAt time.Time `json:"created_at"`
}

// ProofOfWork says when browsers must calculate.
type ProofOfWork string

const (
	ProofOff    ProofOfWork = "off"
	ProofAttack ProofOfWork = "under_attack" // while the site gets unusually much spam
	ProofAlways ProofOfWork = "always"
)

// maxMinimumSeconds is far below the lifetime of what shows when a form was opened.
const maxMinimumSeconds = 600

// ReaderTokens is what the reader tokens of a site must say, beside a signature by its
// secret or by a key of its key set. What is empty is not checked.
type ReaderTokens struct {
	Issuer   string `json:"issuer,omitempty"`   // the claim iss
	Audience string `json:"audience,omitempty"` // one of the claim aud
	// RequireSite: the claim site must be there. When it is, it must be the slug in any case.
	RequireSite bool   `json:"require_site,omitempty"`
	JWKSURL     string `json:"jwks_url,omitempty"` // where the key set is (RFC 7517)
}

func (r ReaderTokens) validate(bad *Invalid) {
	bad.checkLength("reader_tokens.issuer", r.Issuer, 0, MaxURL)
	bad.checkLength("reader_tokens.audience", r.Audience, 0, MaxURL)
	bad.checkURL("reader_tokens.jwks_url", r.JWKSURL)
}

// MinSSOSecret is the length of the shortest secret for reader tokens, in bytes: as long as
// the hash of HS256 (RFC 7518, section 3.2).
const MinSSOSecret = 32

// CheckSSOSecret returns what is wrong with a new secret. Empty is none.
func CheckSSOSecret(secret string) error {
	if n := len(secret); n > 0 && n < MinSSOSecret {
		return Errorf(KindInvalid, "the secret for reader tokens must have at least %d bytes, has %d", MinSSOSecret, n)
	}
	return nil
}

// maxReservedNames bounds what is compared with each stranger's name.
const maxReservedNames = 100

// Thresholds are the probabilities of spam at which a site's comments are held or
// rejected, and of abuse at which they are held. Nil: the model's own, measured on
// held-out labels.
type Thresholds struct {
	Hold   *float64 `json:"hold,omitempty"`
	Reject *float64 `json:"reject,omitempty"`
	Abuse  *float64 `json:"abuse,omitempty"`
}

// Retention is how many days a site keeps personal data. 0 is forever.
type Retention struct {
	// Addresses: hash and network of a comment's address, its user agent and
	// referrer, from its arrival; also reports by address.
	Addresses int `json:"addresses"`
	// Rejected: text, name, e-mail address and home page of a comment, from its
	// rejection; also the authors of labels, from when they were given.
	Rejected int `json:"rejected"`
	// Labels: whole labels, from when they were given.
	Labels int `json:"labels"`
}

// DefaultRetention is the retention of a site that is added without one.
func DefaultRetention() Retention { return Retention{Addresses: 30, Rejected: 180} }

// MaxRetention is a hundred years, in days.
const MaxRetention = 36_500

// NewsroomName returns the name in which the newsroom replies, with its default.
func (s Site) NewsroomName() string { return cmp.Or(s.Newsroom, s.Name, "The newsroom") }

// SecondLookShare returns the share of second looks, with its default.
func (s Site) SecondLookShare() float64 {
	if s.SecondLook == nil {
		return DefaultSecondLook
	}
	return *s.SecondLook
}

// TrainingSampleSize returns the size of the training sample, with its default.
func (s Site) TrainingSampleSize() int {
	if s.TrainingSample == nil {
		return DefaultTrainingSample
	}
	return *s.TrainingSample
}

// DefaultHoldBudget is the hold budget of a site without one of its own.
const DefaultHoldBudget = 0.02

// HoldShare returns the hold budget, with its default.
func (s Site) HoldShare() float64 {
	if s.HoldBudget == nil {
		return DefaultHoldBudget
	}
	return *s.HoldBudget
}

// DefaultCampaignCopies is the number of authors that make a campaign, of a site
// without one of its own.
const DefaultCampaignCopies = 5

// maxCampaignCopies is up to how many authors of a campaign are counted.
const maxCampaignCopies = 256

// CampaignFloor returns the number of authors that make a campaign, with its default.
func (s Site) CampaignFloor() int {
	if s.CampaignCopies == nil {
		return DefaultCampaignCopies
	}
	return *s.CampaignCopies
}

// DefaultReportsToHold is the number of reports of a site without one of its own.
const DefaultReportsToHold = 3

const maxReportsToHold = 1000

// ReportsNeeded returns how many readers must report a comment, with its default.
func (s Site) ReportsNeeded() int {
	if s.ReportsToHold == nil {
		return DefaultReportsToHold
	}
	return *s.ReportsToHold
}

// DefaultEditMinutes is how long comments can be edited on a site that has not set it.
const DefaultEditMinutes = 15

const maxEditMinutes = 24 * 60

// EditTime returns how long readers may edit their comments, with its default.
func (s Site) EditTime() time.Duration {
	minutes := DefaultEditMinutes
	if s.EditMinutes != nil {
		minutes = *s.EditMinutes
	}
	return time.Duration(minutes) * time.Minute
}

// AllowsAppeals reports whether authors may appeal, which is the default.
func (s Site) AllowsAppeals() bool { return s.Appeals == nil || *s.Appeals }

var slugForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// ValidSlug reports whether s can be the slug of a site.
func ValidSlug(s string) bool { return slugForm.MatchString(s) }

// Validate checks a site before it is stored.
func (s Site) Validate() error {
	var bad Invalid
	if !ValidSlug(s.Slug) {
		bad.Add("slug", "must be 1 to 63 lower-case letters, digits or hyphens")
	}
	if n := utf8.RuneCountInString(s.Name); n == 0 || n > 200 {
		bad.Add("name", "must have 1 to 200 characters")
	}
	for _, o := range s.Origins {
		if !validOrigin(o) {
			bad.Add("origins", "%q is not an origin such as https://news.example", o)
		}
	}
	if s.Mode != ModePost && s.Mode != ModePre {
		bad.Add("mode", "must be post or pre")
	}
	for name, days := range map[string]int{
		"retention.addresses": s.Retention.Addresses, "retention.rejected": s.Retention.Rejected, "retention.labels": s.Retention.Labels,
	} {
		if days < 0 || days > MaxRetention {
			bad.Add(name, "must be from 0 to %d days", MaxRetention)
		}
	}
	s.Burst.validate(&bad)
	validateReasons(&bad, s.Reasons)
	s.ReaderTokens.validate(&bad)
	s.validateNames(&bad)
	hold, reject := s.Thresholds.Hold, s.Thresholds.Reject
	for name, t := range map[string]*float64{"thresholds.hold": hold, "thresholds.reject": reject, "thresholds.abuse": s.Thresholds.Abuse} {
		if t != nil && !(*t >= 0 && *t <= 1) {
			bad.Add(name, "must be a probability from 0 to 1")
		}
	}
	if l := s.SecondLook; l != nil && !(*l >= 0 && *l <= 1) {
		bad.Add("second_look", "must be a share from 0 to 1")
	}
	if n := s.TrainingSample; n != nil && !(*n >= 0 && *n <= maxTrainingSample) {
		bad.Add("training_sample", "must be from 0 to %d comments", maxTrainingSample)
	}
	if b := s.HoldBudget; b != nil && !(*b >= 0 && *b <= 1) {
		bad.Add("hold_budget", "must be a share from 0 to 1")
	}
	if n := s.CampaignCopies; n != nil && *n != 0 && !(*n >= 2 && *n <= maxCampaignCopies) {
		bad.Add("campaign_copies", "must be from 2 to %d authors, or 0", maxCampaignCopies)
	}
	if n := s.ReportsToHold; n != nil && !(*n >= 0 && *n <= maxReportsToHold) {
		bad.Add("reports_to_hold", "must be from 0 to %d readers", maxReportsToHold)
	}
	s.validatePages(&bad)
	s.Closing.validate(&bad)
	s.validateNotices(&bad)
	s.Opinion.validate(&bad)
	for _, name := range s.URLParameters {
		bad.checkLength("url_parameters", name, 1, MaxName)
	}
	if hold != nil && reject != nil && *hold > *reject {
		bad.Add("thresholds.hold", "must not be above thresholds.reject")
	}
	return bad.Err()
}

// validatePages checks what readers of the pages may and must do.
func (s Site) validatePages(bad *Invalid) {
	if n := s.EditMinutes; n != nil && !(*n >= 0 && *n <= maxEditMinutes) {
		bad.Add("edit_minutes", "must be from 0 to %d minutes", maxEditMinutes)
	}
	if p := s.ProofOfWork; p != ProofOff && p != ProofAttack && p != ProofAlways {
		bad.Add("proof_of_work", "must be off, under_attack or always")
	}
	if n := s.MinimumSeconds; n < 0 || n > maxMinimumSeconds {
		bad.Add("minimum_seconds", "must be from 0 to %d seconds", maxMinimumSeconds)
	}
}

func (s Site) validateNames(bad *Invalid) {
	bad.checkLength("newsroom", s.Newsroom, 0, MaxName)
	if n := len(s.ReservedNames); n > maxReservedNames {
		bad.Add("reserved_names", "must have at most %d names, has %d", maxReservedNames, n)
	}
	for _, name := range s.ReservedNames {
		bad.checkLength("reserved_names", name, 1, MaxName)
	}
}

func validOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && s == u.Scheme+"://"+u.Host
}

// HasHost reports whether a host, in lower case, is that of one of the site's
// origins, with or without "www.", or a subdomain.
func (s Site) HasHost(host string) bool {
	for _, origin := range s.Origins {
		u, err := url.Parse(origin)
		if err != nil {
			continue
		}
		own := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(u.Hostname()), "*."), "www.")
		if own != "" && (host == own || strings.HasSuffix(host, "."+own)) {
			return true
		}
	}
	return false
}
