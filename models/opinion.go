package models

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// OpinionKind is the protocol of a service that is asked for second opinions.
type OpinionKind string

// Kinds of services.
const (
	OpinionChat OpinionKind = "chat" // chat completions, as OpenAI has described them
	OpinionHTTP OpinionKind = "http" // takes a text, and returns probabilities
)

// OpinionSettings say which service a site asks about comments that are held. The zero value
// asks none.
type OpinionSettings struct {
	Kind OpinionKind `json:"kind,omitempty"` // "": none is asked
	URL  string      `json:"url,omitempty"`  // for chats without /chat/completions
	// Model and Policy are for chats: which model answers, and the rules of the house by which it
	// judges.
	Model  string `json:"model,omitempty"`
	Policy string `json:"policy,omitempty"`
	// DailyCalls is how many requests a day, UTC, all nodes may send; 0: DefaultOpinionCalls.
	DailyCalls int `json:"daily_calls,omitempty"`
	// Key is sent as a bearer token. It is a secret, and shown to nobody.
	Key string `json:"-"`
}

const (
	// DefaultOpinionCalls is how many requests a day a site sends.
	DefaultOpinionCalls = 500
	maxOpinionCalls     = 1_000_000
	maxOpinionPolicy    = 8000
	// MaxOpinionReason bounds what a service says in its own words, in characters.
	MaxOpinionReason = 200
	// OpinionBins is how many equal ranges of probabilities decisions are counted for.
	OpinionBins = 5
)

func (s OpinionSettings) validate(bad *Invalid) {
	switch s.Kind {
	case "":
	case OpinionChat, OpinionHTTP:
		if s.URL == "" {
			bad.Add("opinion.url", "is required")
		}
	default:
		bad.Add("opinion.kind", "must be chat, http or empty")
	}
	bad.checkURL("opinion.url", s.URL)
	if u, err := url.Parse(s.URL); err == nil && (u.User != nil || u.RawQuery != "" || u.Fragment != "") {
		bad.Add("opinion.url", "must have no password, query or fragment: what is secret is the key")
	}
	least := 0
	if s.Kind == OpinionChat {
		least = 1
	}
	bad.checkLength("opinion.model", s.Model, least, MaxName)
	bad.checkLength("opinion.policy", s.Policy, least, maxOpinionPolicy)
	bad.checkLength("opinion.key", s.Key, 0, MaxURL)
	if strings.ContainsFunc(s.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		bad.Add("opinion.key", "must have printable ASCII characters without spaces")
	}
	if s.DailyCalls < 0 || s.DailyCalls > maxOpinionCalls {
		bad.Add("opinion.daily_calls", "must be from 0 to %d", maxOpinionCalls)
	}
}

// Budget is how many requests a day may be sent.
func (s OpinionSettings) Budget() int { return cmp.Or(s.DailyCalls, DefaultOpinionCalls) }

// Source names the service for moderators.
func (s OpinionSettings) Source() string {
	u, err := url.Parse(s.URL)
	if s.Model != "" || err != nil {
		return s.Model
	}
	return u.Hostname()
}

// Question identifies what a service is asked about a text: the same question has the same
// answer, and is not sent twice.
func (s OpinionSettings) Question(text, lang string) string {
	parts, _ := json.Marshal([]string{string(s.Kind), s.URL, s.Model, s.Policy, lang, normalizeOpinionText(text)}) // strings can be encoded
	sum := sha256.Sum256(parts)
	return hex.EncodeToString(sum[:])
}

// OpinionText identifies the text that an opinion is about.
func OpinionText(text string) string {
	sum := sha256.Sum256([]byte(normalizeOpinionText(text)))
	return hex.EncodeToString(sum[:])
}

// normalizeOpinionText leaves out what makes no difference to what a text says.
func normalizeOpinionText(text string) string { return strings.Join(strings.Fields(text), " ") }

// OpinionStatus says whether there is a second opinion, and if not, why.
type OpinionStatus string

// Statuses of second opinions.
const (
	OpinionWaiting     OpinionStatus = "waiting"     // the service is still to be asked
	OpinionAnswered    OpinionStatus = "answered"    //
	OpinionTimeout     OpinionStatus = "timeout"     // no answer in time
	OpinionUnreachable OpinionStatus = "unreachable" // no connection, or an address that is not allowed
	OpinionRefused     OpinionStatus = "refused"     // the service answered by an error
	OpinionInvalid     OpinionStatus = "invalid"     // its answer has another form
	OpinionPaused      OpinionStatus = "paused"      // not asked, because it failed several times in a row
	OpinionOverBudget  OpinionStatus = "over_budget" // not asked, because the requests of the day are used up
)

// Opinion is what a service said of a comment that was held. It decides nothing.
type Opinion struct {
	Status OpinionStatus `json:"status"`
	Source string        `json:"source,omitempty"` // the model, or the host of the service
	At     time.Time     `json:"at"`
	// What follows is set when the service has answered.
	Abuse  *float64 `json:"abuse,omitempty"`
	Spam   *float64 `json:"spam,omitempty"`
	Reason string   `json:"reason,omitempty"` // in the words of the service
	// Signal is what the opinion is worth here; nil without an answer.
	Signal *OpinionSignal `json:"signal,omitempty"`
}

// OpinionSignal is an opinion as a signal, with what moderators decided on comments of the site
// whose opinions were like it.
type OpinionSignal struct {
	Name     string  `json:"name"`   // opinion:abuse or opinion:spam, whichever is more probable
	Weight   float64 `json:"weight"` // log-odds of a rejection, compared with all opinions on that; 0 until decisions say more
	Decided  int     `json:"decided"`
	Rejected int     `json:"rejected"`
}

// Head is what an answer speaks of more than of the other, and how probable that is.
func (o Opinion) Head() (head string, probability float64) {
	if o.Abuse == nil || o.Spam == nil {
		return "", 0
	}
	if *o.Spam > *o.Abuse {
		return "spam", *o.Spam
	}
	return "abuse", *o.Abuse
}

// OpinionBin is the range, from 0 on, that a probability is counted in.
func OpinionBin(probability float64) int { return min(int(probability*OpinionBins), OpinionBins-1) }
