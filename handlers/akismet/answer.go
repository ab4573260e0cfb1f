package akismet

import (
	"cmp"
	"slices"
	"strings"

	"winnow/models"
)

// Bodies of replies, which clients compare byte by byte.
const (
	Valid   = "valid"
	Invalid = "invalid"
	Spam    = "true"
	Ham     = "false"
	Thanks  = "Thanks for making the web a better place."
)

// Headers of replies. DebugHelp is only for errors: some clients fail when they see it.
const (
	GUIDHeader = "X-Akismet-Guid"
	ProTip     = "X-Akismet-Pro-Tip"
	DebugHelp  = "X-Akismet-Debug-Help"

	Discard = "discard" // value of ProTip: the client need not even keep it
)

// Answer is the answer to a check.
type Answer struct {
	Spam    bool
	Discard bool // the spam is certain
}

// Body returns the body of the reply.
func (a Answer) Body() string {
	if a.Spam {
		return Spam
	}
	return Ham
}

// wordPressHoneypot is the honeypot of the WordPress plugin, which it does not name.
const wordPressHoneypot = "POST_ak_hp_textarea"

// known are the answers that do not depend on the text.
func known(f Form) (Answer, bool) {
	author := strings.ToLower(f["comment_author"])
	switch {
	case author == "viagra-test-123", author == "akismet-guaranteed-spam", strings.EqualFold(f["comment_author_email"], "akismet-guaranteed-spam@example.com"):
		return Answer{Spam: true}, true
	case f["user_role"] == "administrator":
		return Answer{}, true
	case f[cmp.Or(f["honeypot_field_name"], wordPressHoneypot)] != "":
		return Answer{Spam: true, Discard: true}, true
	}
	return Answer{}, false
}

// certainSpam is the probability from which a client need not keep a comment.
const certainSpam = 0.995

// textRules are the rules of a site about the comment itself. Those about who wrote it, or
// how long it is, hold comments of which nobody says that they are spam.
var textRules = []string{"rule:blocked-word", "rule:blocked-name", "rule:suspect-word", "rule:blocked-domain", "rule:links", "rule:test-string"}

// AnswerTo returns the answer for a form and the verdict on its comment: spam is what the
// site would reject, or hold for what it says, abuse included, because a client has no other
// way to hold a comment.
func AnswerTo(f Form, v models.Verdict) Answer {
	if a, ok := known(f); ok {
		return a
	}
	probability := 0.0
	if v.Spam != nil {
		probability = *v.Spam
	}
	a := Answer{Discard: v.Action == models.Reject && v.Reason == models.ReasonSpam || probability >= certainSpam}
	a.Spam = a.Discard || v.Action == models.Reject || v.Action == models.Hold && (heldByModel(v, probability) || slices.ContainsFunc(v.Signals, func(s models.Signal) bool {
		return s.Action == models.Hold && slices.Contains(textRules, s.Name)
	}))
	return a
}

func heldByModel(v models.Verdict, probability float64) bool {
	return v.Reason == models.ReasonAbuse || v.Reason == models.ReasonSpam || v.Spam != nil && probability >= v.HoldAt
}
