package models

import (
	"net/url"
	"regexp"
	"time"
	"unicode/utf8"
)

// Mode says what happens to comments that the filter has no objection to.
type Mode string

const (
	ModePost Mode = "post" // published at once, moderated afterwards
	ModePre  Mode = "pre"  // everything waits for a moderator
)

// Site is a publication. Several sites share one installation; nothing of one
// is visible to another. The slug is its identity.
type Site struct {
	Slug       string       `json:"slug"`
	Name       string       `json:"name"`
	Origins    []string     `json:"origins"` // browser origins that may post without a key, as scheme://host[:port]
	Mode       Mode         `json:"mode"`
	Thresholds Thresholds   `json:"thresholds"`
	Retention  Retention    `json:"retention"`
	Reasons    []SiteReason `json:"reasons"` // the newsroom's own, under those that everybody has
	Surge      Surge        `json:"surge"`   // of each article that has none of its own
	// SecondLook is the share, 0 to 1, of what moderators decide and of what
	// the machine approves or rejects that another moderator judges blind. Nil:
	// DefaultSecondLook.
	SecondLook *float64  `json:"second_look,omitempty"`
	SSOSecret  string    `json:"-"` // HS256 key of X-Reader-Token; empty: no reader tokens
	CreatedAt  time.Time `json:"created_at"`
}

// Thresholds are probabilities of spam at which a site's comments are held or
// rejected. Nil means: the model's own, measured on held-out labels.
type Thresholds struct {
	Hold   *float64 `json:"hold,omitempty"`
	Reject *float64 `json:"reject,omitempty"`
}

// Retention is how many days a site keeps what it does not need for ever. 0 is
// for ever.
type Retention struct {
	// Addresses counts from the arrival of a comment: hash and network of its
	// address, user agent and referrer. Reports by address likewise.
	Addresses int `json:"addresses"`
	// Rejected counts from a rejection: text, name, e-mail address and home
	// page. Labels lose their authors as many days after they were given.
	Rejected int `json:"rejected"`
	// Labels counts from the time that a label was given.
	Labels int `json:"labels"`
}

// DefaultRetention is that of a site which is added without one.
func DefaultRetention() Retention { return Retention{Addresses: 30, Rejected: 180} }

// MaxRetention is a hundred years, in days.
const MaxRetention = 36_500

// LookShare is the share of second looks in force.
func (s Site) LookShare() float64 {
	if s.SecondLook == nil {
		return DefaultSecondLook
	}
	return *s.SecondLook
}

var slugForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// ValidSlug tells whether s can name a site.
func ValidSlug(s string) bool { return slugForm.MatchString(s) }

// Validate checks a site before it is kept.
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
	s.Surge.validate(&bad)
	validateReasons(&bad, s.Reasons)
	hold, reject := s.Thresholds.Hold, s.Thresholds.Reject
	for name, t := range map[string]*float64{"thresholds.hold": hold, "thresholds.reject": reject} {
		if t != nil && !(*t >= 0 && *t <= 1) {
			bad.Add(name, "must be a probability from 0 to 1")
		}
	}
	if l := s.SecondLook; l != nil && !(*l >= 0 && *l <= 1) {
		bad.Add("second_look", "must be a share from 0 to 1")
	}
	if hold != nil && reject != nil && *hold > *reject {
		bad.Add("thresholds.hold", "must not be above thresholds.reject")
	}
	return bad.Err()
}

func validOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && s == u.Scheme+"://"+u.Host
}

// SiteReason is one of a newsroom's own reasons to reject a comment.
type SiteReason struct {
	ID      string `json:"id"`                // a slug, unique within the site
	Under   Reason `json:"under"`             // one of the five that everybody has
	Name    string `json:"name"`              // for moderators
	Message string `json:"message,omitempty"` // to the reader, unless the moderator writes another
}

const (
	maxSiteReasons = 50
	maxMessage     = 2_000 // bytes
)

func validateReasons(bad *Invalid, all []SiteReason) {
	if len(all) > maxSiteReasons {
		bad.Add("reasons", "must have at most %d entries, has %d", maxSiteReasons, len(all))
		return
	}
	seen := map[string]bool{}
	for _, r := range all {
		switch {
		case !ValidSlug(r.ID):
			bad.Add("reasons", "id %q must be 1 to 63 lower-case letters, digits or hyphens", r.ID)
		case seen[r.ID]:
			bad.Add("reasons", "have %s twice", r.ID)
		}
		seen[r.ID] = true
		if !r.Under.Decidable() {
			bad.Add("reasons", "%s must be under spam, abuse, off_topic, illegal or other", r.ID)
		}
		if n := utf8.RuneCountInString(r.Name); Blank(r.Name) || n > MaxName {
			bad.Add("reasons", "%s must have a name of 1 to %d characters", r.ID, MaxName)
		}
		if len(r.Message) > maxMessage {
			bad.Add("reasons", "the message of %s must have at most %d bytes", r.ID, maxMessage)
		}
	}
}
