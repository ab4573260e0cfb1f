package models

import "unicode/utf8"

// Reason says why a comment has its status. A moderator gives one for a
// rejection; the server gives one for holding or rejecting.
type Reason string

// Reasons that a moderator may give for a rejection.
const (
	ReasonSpam     Reason = "spam"
	ReasonAbuse    Reason = "abuse"
	ReasonOffTopic Reason = "off_topic"
	ReasonIllegal  Reason = "illegal"
	ReasonOther    Reason = "other"
)

// Reasons that only the server gives; it also uses ReasonSpam and ReasonAbuse.
const (
	ReasonPremoderation Reason = "premoderation" // the site or article holds all comments
	ReasonHoneypot      Reason = "honeypot"      // a field that people do not see was filled in
	ReasonTooFast       Reason = "too_fast"      // it came too soon after its form was opened
	ReasonFlagged       Reason = "flagged"       // readers reported it
	ReasonRule          Reason = "rule"          // a rule of the site matched
	ReasonSecondLook    Reason = "second_look"   // a second look did not agree
	ReasonErased        Reason = "erased"        // its author asked for erasure
	ReasonEscalated     Reason = "escalated"     // it was left to an editor
	ReasonWithdrawn     Reason = "withdrawn"     // its author took it back
	ReasonAppeal        Reason = "appeal"        // its author appeals against a rejection
	ReasonEdited        Reason = "edited"        // its author changed it after a decision
	ReasonShadow        Reason = "shadow"        // its author is shadow banned
	ReasonBurst         Reason = "surge"         // it arrived in a burst
	ReasonImported      Reason = "imported"      // it waited where it was imported from
	ReasonCampaign      Reason = "campaign"      // several authors posted it, or the same address
)

// IsModeratorReason reports whether a moderator may give r.
func (r Reason) IsModeratorReason() bool {
	switch r {
	case ReasonSpam, ReasonAbuse, ReasonOffTopic, ReasonIllegal, ReasonOther:
		return true
	}
	return false
}

// IsOfAuthor reports whether a comment is rejected for r because its author wanted it gone.
// Replies to it stay.
func (r Reason) IsOfAuthor() bool { return r == ReasonErased || r == ReasonWithdrawn }

// SiteReason is one of a newsroom's own reasons to reject a comment.
type SiteReason struct {
	ID      string `json:"id"`                // a slug, unique within the site
	Under   Reason `json:"under"`             // the common reason that it refines
	Name    string `json:"name"`              // for moderators
	Message string `json:"message,omitempty"` // to the reader; a moderator may write another
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
		if !r.Under.IsModeratorReason() {
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
