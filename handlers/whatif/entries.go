package whatif

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"winnow/classifier/rules"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
	"winnow/storage"
)

const (
	// MaxEntries is how many entries of a word list one preview takes.
	MaxEntries = 50

	previewComments = 1000 // that are read
	previewShown    = 10   // of each entry
	previewText     = 240  // characters of each comment
	previewBefore   = 60   // of them, before the first place
)

// EntryPreview says which of the last comments of a site have the entries of a word
// list.
type EntryPreview struct {
	Comments int         `json:"comments"` // that were read
	Entries  []EntryHits `json:"entries"`  // in the order of the request
}

// EntryHits are the comments that one entry matches.
type EntryHits struct {
	Entry    string     `json:"entry"`
	Count    int        `json:"count"`
	Comments []EntryHit `json:"comments"` // the newest
}

// EntryHit is a comment that an entry matches. An entry of the blocked words may also
// match the author's name, which has no places.
type EntryHit struct {
	ID        string        `json:"id"`
	Author    string        `json:"author"`
	Text      string        `json:"text"` // an excerpt
	At        [][2]int      `json:"at"`   // places in the excerpt, in code points
	Status    models.Status `json:"status"`
	CreatedAt time.Time     `json:"created_at"`
}

// PreviewEntries returns what the entries of a word list match among the last 1,000
// comments of a site, as they were posted. blocked says that it is the list of blocked
// words, which also match authors' names. An entry that is not valid is an error of
// KindInvalid.
func PreviewEntries(ctx context.Context, db *storage.DB, site string, entries []string, blocked bool) (EntryPreview, error) {
	sets, err := compileEntries(entries, blocked)
	if err != nil {
		return EntryPreview{}, err
	}
	p := EntryPreview{Entries: make([]EntryHits, len(entries))}
	for i, entry := range entries {
		p.Entries[i] = EntryHits{Entry: entry, Comments: []EntryHit{}}
	}
	window, err := db.LastComments(ctx, site, previewComments)
	if err != nil {
		return p, err
	}
	var body normalize.Text
	for c, err := range db.WindowComments(ctx, window) {
		if err != nil {
			return p, err
		}
		if c.ContentRemoved() {
			continue
		}
		p.Comments++
		body.Normalize(c.Body)
		about := rules.Context{Body: &body, Doc: features.Doc{Text: c.Body, Author: c.Author.Name}}
		for i, set := range sets {
			if fired := set.ApplyText(about); len(fired) > 0 {
				p.Entries[i].add(c.Comment, fired[0].Spans)
			}
		}
	}
	for _, e := range p.Entries {
		slices.Reverse(e.Comments) // the newest first
	}
	return p, nil
}

// compileEntries compiles each entry alone: of several that match the same words, rules
// report only the first.
func compileEntries(entries []string, blocked bool) ([]*rules.Set, error) {
	var bad models.Invalid
	if len(entries) == 0 || len(entries) > MaxEntries {
		bad.Add("entries", "must have 1 to %d entries", MaxEntries)
		return nil, bad.Err()
	}
	sets := make([]*rules.Set, len(entries))
	for i, entry := range entries {
		r := models.Rules{SuspectWords: models.SuspectWords{Words: []string{entry}}}
		if blocked {
			r = models.Rules{BlockedWords: models.BlockedWords{Words: []string{entry}}}
		}
		var err error
		if sets[i], err = rules.Compile(r); err != nil {
			bad.Add("entries["+strconv.Itoa(i)+"]", "%s", firstMessage(err))
		}
	}
	return sets, bad.Err()
}

// firstMessage returns what is wrong with the only entry of a list.
func firstMessage(err error) string {
	var known *models.Error
	if errors.As(err, &known) && len(known.Fields) > 0 {
		return known.Fields[0].Message
	}
	return "cannot be compiled"
}

func (e *EntryHits) add(c models.Comment, at [][2]int) {
	e.Count++
	if len(e.Comments) == previewShown {
		e.Comments = slices.Delete(e.Comments, 0, 1)
	}
	text, places := excerpt(c.Body, at)
	e.Comments = append(e.Comments, EntryHit{
		ID: c.ID, Author: c.Author.Name, Text: text, At: places, Status: c.Status, CreatedAt: c.CreatedAt,
	})
}

// excerpt returns the part of a text around the first place, and the places within it.
func excerpt(text string, at [][2]int) (part string, places [][2]int) {
	from := 0
	if len(at) > 0 && utf8.RuneCountInString(text) > previewText {
		from = max(0, at[0][0]-previewBefore)
	}
	characters := []rune(text)
	characters = characters[min(from, len(characters)):]
	characters = characters[:min(previewText, len(characters))]
	places = [][2]int{}
	for _, p := range at {
		start, end := p[0]-from, min(p[1]-from, len(characters))
		if start >= 0 && start < end {
			places = append(places, [2]int{start, end})
		}
	}
	return string(characters), places
}
