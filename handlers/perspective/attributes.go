package perspective

import (
	"slices"
	"strings"

	"winnow/classifier"
	"winnow/handlers/screening"
	"winnow/models"
)

// attribute is what of the filter answers for an attribute of the original.
type attribute struct {
	score func(screening.Assessment) float64
	// patterns is true for what is scored by patterns of address, which only some
	// languages have.
	patterns bool
	spam     bool // only a model that scores spam has it
}

// attributes are all that are known, without _EXPERIMENTAL and a version.
//
//	TOXICITY          the probability of abuse: of the abuse head or of the patterns of
//	                  address, whichever is higher
//	SEVERE_TOXICITY   the patterns of threats, wishes of death, dehumanisation and slurs; of
//	                  a text without them three quarters of the square of TOXICITY, so that
//	                  a plain insult is not severe
//	INSULT            the patterns of insults, slurs and hatred, or the abuse head
//	THREAT            the patterns of threats and of wishes of death
//	IDENTITY_ATTACK   the patterns of slurs, dehumanisation and insults of a group
//	PROFANITY         the site's lists of blocked and suspect words, or the abuse head
//	SPAM              the probability of spam, the site's rules included
//	LIKELY_TO_REJECT  what the site would do: 0.5 and above where it holds a comment, 0.9 and
//	                  above where it rejects it
//
// No probability of a head is higher than the model's held-out rows can speak for: clients
// choose thresholds such as 0.95, above which comments must still differ.
var attributes = map[string]attribute{
	"TOXICITY":         {score: toxicity},
	"TOXICITY_FAST":    {score: toxicity},
	"SEVERE_TOXICITY":  {score: severeToxicity},
	"INSULT":           {score: insult, patterns: true},
	"THREAT":           {score: byPattern("threat", "wish"), patterns: true},
	"IDENTITY_ATTACK":  {score: byPattern("slur", "dehumanise", "group"), patterns: true},
	"PROFANITY":        {score: profanity},
	"SPAM":             {score: spam, spam: true},
	"LIKELY_TO_REJECT": {score: likelyToReject},
}

// patternLanguages are the languages of the patterns of address.
var patternLanguages = strings.Fields("ar de en es fr it nl pl pt ru tr")

// experimental are the attributes that the original also had under a name that ends in
// _EXPERIMENTAL.
var experimental = strings.Fields("TOXICITY SEVERE_TOXICITY INSULT THREAT IDENTITY_ATTACK PROFANITY")

func attributeOf(name string) (attribute, bool) {
	a, ok := attributes[baseName(name)]
	return a, ok
}

// Known reports whether an attribute is known.
func Known(name string) bool {
	_, ok := attributeOf(name)
	return ok
}

// baseName returns the name of an attribute without its version, such as @6, and without
// _EXPERIMENTAL where the original had that.
func baseName(name string) string {
	base, version, versioned := strings.Cut(name, "@")
	if versioned && !isVersion(version) {
		return name
	}
	if plain, ok := strings.CutSuffix(base, "_EXPERIMENTAL"); ok && slices.Contains(experimental, plain) {
		return plain
	}
	return base
}

func isVersion(s string) bool {
	return len(s) >= 1 && len(s) <= 3 && strings.Trim(s, "0123456789") == ""
}

func toxicity(a screening.Assessment) float64 {
	p := classifier.NoPattern
	if a.Abuse.Head != nil {
		p = head(a)
	}
	if a.Verdict.Address != nil {
		p = max(p, *a.Verdict.Address)
	}
	return p
}

// head is the probability of the abuse head, and that of a text without a pattern for a
// model that has none.
func head(a screening.Assessment) float64 {
	if a.Abuse.Head == nil {
		return classifier.NoPattern
	}
	return min(*a.Abuse.Head, a.Certain.Abuse)
}

// byPattern returns the highest probability of these patterns.
func byPattern(names ...string) func(screening.Assessment) float64 {
	return func(a screening.Assessment) float64 {
		best := classifier.NoPattern
		for _, p := range a.Abuse.Patterns {
			if slices.Contains(names, p.Name) {
				best = max(best, p.Probability)
			}
		}
		return best
	}
}

var (
	severePatterns = byPattern("threat", "wish", "dehumanise", "slur")
	insultPatterns = byPattern("insult", "slur", "group", "hate")
)

// notSevere is the most that SEVERE_TOXICITY is without a pattern of what is severe.
const notSevere = 0.75

func severeToxicity(a screening.Assessment) float64 {
	t := toxicity(a)
	return max(severePatterns(a), notSevere*t*t)
}

func insult(a screening.Assessment) float64 { return max(insultPatterns(a), head(a)) }

// What a word of a site's lists says of PROFANITY: the newsroom chose the word, though not
// always because it is profane.
const (
	blockedWord = 0.95
	suspectWord = 0.75
)

func profanity(a screening.Assessment) float64 {
	p := head(a)
	switch {
	case a.Listed:
		p = max(p, blockedWord)
	case a.Suspect:
		p = max(p, suspectWord)
	}
	return p
}

func spam(a screening.Assessment) float64 {
	if a.Verdict.Spam == nil {
		return 0
	}
	return min(*a.Verdict.Spam, a.Certain.Spam)
}

const (
	heldAt     = 0.5
	rejectedAt = 0.9
)

// likelyToReject bends the probabilities so that the thresholds of the site are at heldAt
// and rejectedAt, whatever they are, and lets the rules decide where the filter does.
func likelyToReject(a screening.Assessment) float64 {
	v, p := a.Verdict, 0.0
	if v.Spam != nil {
		p = bend(*v.Spam, v.HoldAt, v.RejectAt)
	}
	if at := abuseThreshold(a); at > 0 {
		p = max(p, bend(toxicity(a), at, 0))
	}
	switch v.Action {
	case models.Reject:
		return max(p, rejectedAt)
	case models.Hold:
		return max(p, heldAt)
	}
	return min(p, beforeHold)
}

// beforeHold is the highest score of what the site does not hold.
const beforeHold = 0.4999999

// abuseThreshold returns the probability of abuse at which the site holds a comment.
func abuseThreshold(a screening.Assessment) float64 {
	if a.AbuseAt == 0 && a.Verdict.Address != nil {
		return heldAt
	}
	return a.AbuseAt
}

// bend maps 0, hold, reject and 1 to 0, heldAt, rejectedAt and 1, and what is between them
// in proportion. A reject of 0 means none.
func bend(p, hold, reject float64) float64 {
	ends := [][2]float64{{0, 0}, {hold, heldAt}}
	if reject > hold {
		ends = append(ends, [2]float64{reject, rejectedAt})
	}
	ends = append(ends, [2]float64{1, 1})
	for i := 1; i < len(ends); i++ {
		from, to := ends[i-1], ends[i]
		if p > to[0] || to[0] <= from[0] {
			continue
		}
		return from[1] + (to[1]-from[1])*(p-from[0])/(to[0]-from[0])
	}
	return 1
}
