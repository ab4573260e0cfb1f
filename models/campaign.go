package models

import (
	"slices"
	"time"
)

// SketchSize is how many numbers a Sketch has. Two texts are near-copies when at
// least MinSharedBands of them are equal, position by position; or MinSimilarBands,
// and their WordSets are alike.
const (
	SketchSize      = 12
	MinSharedBands  = 4
	MinSimilarBands = 2
)

// CampaignWindow is how long after the last comment of a campaign another one
// joins it, and how far back comments are pulled back. Authors who give the same
// contact within it, from the first one on, are a campaign.
const CampaignWindow = 24 * time.Hour

// Sketch identifies near-copies of a text (MinHash with banding): the more two
// texts have in common, the more of these numbers are equal. Package
// classifier/campaign computes it.
type Sketch [SketchSize]uint64

// MaxWordSet is how many words of a text a WordSet has, the first ones.
const MaxWordSet = 64

// WordSet has hashes of the different words at the beginning of a text. A Sketch
// estimates what two texts have in common, with much variance; these tell it exactly,
// for the few texts where that matters.
type WordSet struct {
	hashes [MaxWordSet]uint16 // in ascending order
	n      int
}

// NewWordSet returns the set of up to MaxWordSet hashes, which it may reorder.
func NewWordSet(hashes []uint16) (w WordSet) {
	slices.Sort(hashes)
	w.n = copy(w.hashes[:], slices.Compact(hashes))
	return w
}

// Hashes returns the hashes in ascending order.
func (w *WordSet) Hashes() []uint16 { return w.hashes[:w.n] }

// Alike reports whether two texts have at least 60 % of the words of the larger set
// in common.
func (w *WordSet) Alike(other *WordSet) bool { return 5*w.common(other) >= 3*max(w.n, other.n, 1) }

// Same reports whether two texts have at least 85 % of the words of the larger set
// in common.
func (w *WordSet) Same(other *WordSet) bool { return 20*w.common(other) >= 17*max(w.n, other.n, 1) }

func (w *WordSet) common(other *WordSet) (n int) {
	for i, j := 0, 0; i < w.n && j < other.n; {
		switch {
		case w.hashes[i] < other.hashes[j]:
			i++
		case w.hashes[i] > other.hashes[j]:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

// MaxContacts is how many contacts of a comment are compared with others.
const MaxContacts = 8

// CampaignQuery is what a comment is grouped by. Keys identify authors and
// articles.
type CampaignQuery struct {
	Site, ID, Author, Article string
	Sketch                    Sketch
	HasSketch                 bool     // the text is long enough for one
	Words                     WordSet  // of the text, when it has a sketch
	Contacts                  []uint64 // hashes of links, handles and phone numbers; at most MaxContacts
	// Standing says how known the author is on the site. Contacts join only new
	// authors to a group; one that two established authors give is nobody's
	// campaign.
	Standing Standing
	// Floor is the number of authors from which on a group is a campaign, 0 for
	// never. The contacts of a campaign are remembered as long as it goes on.
	Floor int
}

// Standing is how known an author is on a site.
type Standing int

const (
	NewAuthor         Standing = iota // has no published comment
	KnownAuthor                       // has few
	EstablishedAuthor                 // has at least EstablishedAfter
)

// EstablishedAfter is how many published comments make an author established.
const EstablishedAfter = 3

// StandingOf returns the standing of an author with this many published comments.
func StandingOf(approved int) Standing {
	switch {
	case approved <= 0:
		return NewAuthor
	case approved < EstablishedAfter:
		return KnownAuthor
	}
	return EstablishedAuthor
}

// Campaign is a group of comments on one site that are near-copies or give the
// same contact.
type Campaign struct {
	ID       string    `json:"id"`                // of its first comment
	Count    int       `json:"count"`             // of comments, including this one
	Authors  int       `json:"authors"`           // different ones, counted up to a limit
	Articles int       `json:"articles"`          // counted the same
	First    time.Time `json:"first"`             // arrival of the first comment
	Pending  int       `json:"pending,omitempty"` // pending ones, in a queue that is grouped by campaign
	// Spam and Abuse are the highest probabilities of the pending ones, in such a queue.
	Spam  *float64 `json:"spam,omitempty"`
	Abuse *float64 `json:"abuse,omitempty"`
	// Text is equal for comments whose texts are the same to the eye; only of an item.
	Text string `json:"text,omitempty"`
	// Contact is which of the query's contacts the group was found by, from 1 on;
	// 0: by the text, or it is new.
	Contact int `json:"-"`
	// Held: its comments wait for a moderator, and those that are published are
	// pulled back.
	Held bool `json:"-"`
}
