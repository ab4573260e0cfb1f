package models

import (
	"time"
	"unicode/utf8"
)

// MarkKind says what of a reader a ban holds on.
type MarkKind string

const (
	MarkID        MarkKind = "id"
	MarkEmail     MarkKind = "email"
	MarkName      MarkKind = "name"
	MarkBrowser   MarkKind = "browser"
	MarkHousehold MarkKind = "household"
	MarkNetwork   MarkKind = "network"
)

// Mark is one thing that a reader can be recognised by.
type Mark struct {
	On    MarkKind
	Value string // folded; never stored in clear
}

// Marks returns what a ban on this reader may hold on. Whom the site vouches for is not
// held by a name, a household or a network, which they share with others.
func (i Identity) Marks() []Mark {
	marks := make([]Mark, 0, 5)
	add := func(on MarkKind, value string) {
		if value != "" {
			marks = append(marks, Mark{on, value})
		}
	}
	add(MarkID, i.ID)
	add(MarkEmail, i.Email)
	add(MarkBrowser, i.Browser)
	if !i.Vouched() {
		add(MarkName, i.Name)
		add(MarkHousehold, PrefixText(i.Household))
		add(MarkNetwork, PrefixText(i.Network))
	}
	return marks
}

// BanMark is a mark of a ban as the newsroom sees it.
type BanMark struct {
	On MarkKind `json:"on"`
	// Label shows what is banned: the id, name or address as it was given, the network
	// around a household; empty for a browser, and after an erasure.
	Label string `json:"label,omitempty"`
	Value string `json:"-"` // of a new ban; only a keyed hash of it is stored
}

// BanEntry is a sanction on whoever has one of its marks on a site.
type BanEntry struct {
	ID    string    `json:"id"`
	Site  string    `json:"site"`
	Marks []BanMark `json:"marks"`
	Sanction
}

// maxMarks bounds the marks of one ban.
const maxMarks = 20

// Validate checks a new ban, or a new state of one, at a time.
func (b BanEntry) Validate(now time.Time) error {
	var bad Invalid
	if len(b.Marks) == 0 {
		bad.Add("on", "nothing of this reader is known that a ban could hold on")
	}
	if len(b.Marks) > maxMarks {
		bad.Add("on", "must have at most %d marks", maxMarks)
	}
	b.validate(&bad, "", now)
	return bad.Err()
}

// validate checks a sanction; the names of its fields begin with a prefix.
func (s Sanction) validate(bad *Invalid, prefix string, now time.Time) {
	if s.Kind != Ban && s.Kind != Shadow {
		bad.Add(prefix+"kind", "must be ban or shadow")
	}
	if n := utf8.RuneCountInString(s.Reason); n > maxReason {
		bad.AddTooLong(prefix+"reason", maxReason, n)
	}
	if !s.Until.IsZero() && !s.Until.After(now) {
		bad.Add(prefix+"until", "must be later than now")
	}
}

// Stricter returns the sanction that decides when both apply: a ban rather than a shadow,
// then the one that ends last. Either may be nil.
func Stricter(a, b *Sanction) *Sanction {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.Kind != b.Kind:
		if b.Kind == Ban {
			return b
		}
		return a
	case !a.Until.IsZero() && (b.Until.IsZero() || b.Until.After(a.Until)):
		return b
	}
	return a
}
