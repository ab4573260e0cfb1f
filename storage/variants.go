package storage

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage/sqldb"
)

// textKey identifies a text by what is the same to the eye: whoever has seen one comment of
// it has seen them all. It must not be the form that the classifier reads, which leaves out
// mark-up that readers see.
func textKey(body string) string {
	sum := sha256.Sum256([]byte(names.FoldText(body)))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// variantColumns are what the variants of a campaign need of a comment c. No other filter
// reads texts.
func variantColumns(f models.QueueFilter) string {
	if f.Campaign == "" {
		return "'', NULL, NULL, '', ''"
	}
	return "c.body, c.spam, c.abuse, c.action, c.said"
}

// withText leaves those comments that have a text, of all and of their keys.
func withText(all []matchedComment, first []key, text string) ([]matchedComment, []key) {
	all = slices.DeleteFunc(all, func(c matchedComment) bool { return c.variant.Text != text })
	found := make(map[key]bool, len(all))
	for _, c := range all {
		found[c.key] = true
	}
	return all, slices.DeleteFunc(first, func(k key) bool { return !found[k] })
}

// variants returns the different texts of comments in the order of their ids, those of the
// highest risk first, and how many there are.
func (t *tx) variants(all []matchedComment) ([]models.Variant, int, error) {
	type variant struct {
		models.Variant
		earliest key
	}
	byText := map[string]variant{}
	for _, c := range all {
		v, known := byText[c.variant.Text]
		if !known {
			byText[c.variant.Text] = variant{c.variant, c.key}
			continue
		}
		if v.Count++; riskOf(c.variant) > riskOf(v.Variant) {
			v.Spam, v.Abuse, v.Action, v.Reason = c.variant.Spam, c.variant.Abuse, c.variant.Action, c.variant.Reason
		}
		byText[c.variant.Text] = v
	}
	sorted := slices.SortedFunc(maps.Values(byText), func(a, b variant) int {
		return cmp.Or(cmp.Compare(riskOf(b.Variant), riskOf(a.Variant)), cmp.Compare(b.Count, a.Count), cmp.Compare(a.CommentID, b.CommentID))
	})
	sorted = sorted[:min(models.MaxVariants, len(sorted))]
	keys := make([]key, len(sorted))
	for i, v := range sorted {
		keys[i] = v.earliest
	}
	bodies, err := t.bodies(keys)
	found := make([]models.Variant, len(sorted))
	for i, v := range sorted {
		found[i] = v.Variant
		found[i].Body = bodies[v.CommentID]
	}
	return found, len(byText), err
}

// bodies returns the texts of comments by id.
func (t *tx) bodies(keys []key) (map[string]string, error) {
	found := make(map[string]string, len(keys))
	if len(keys) == 0 {
		return found, nil
	}
	var w sqldb.Where
	t.whereComments(&w, keys)
	_, err := sqldb.List(t, func(scan sqldb.Scanner) (id string, err error) {
		var body string
		err = scan(&id, &body)
		found[id] = body
		return id, err
	}, `SELECT c.id, c.body FROM comments c`+w.String(), w.Args()...)
	return found, err
}

func riskOf(v models.Variant) float64 {
	return models.Verdict{Spam: v.Spam, Abuse: v.Abuse}.Probability()
}
