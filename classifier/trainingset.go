package classifier

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"strconv"

	"winnow/classifier/campaign"
	"winnow/classifier/text/disguise"
	"winnow/classifier/text/features"
	"winnow/classifier/text/normalize"
	"winnow/models"
)

// collect goes over the labels once. It writes the first label of every text to
// a file, counts its tokens and finds its near copies, and notes all votes.
func (t *trainer) collect(ctx context.Context, rows labelRows, file io.Writer) error {
	w := bufio.NewWriterSize(file, 1<<18)
	out := json.NewEncoder(w)
	copies := copyFinder{loose: campaign.Clusters{Loose: true}}
	ids := map[uint64]uint32{} // by key: index into texts
	leftOut := 0
	for l, err := range rows {
		if err != nil {
			return err
		}
		if t.reportProgress(1); t.done%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		tokens := tokenize(&t.scanner, FromLabel(l))
		body := hashText(&t.scanner.Body)
		key := labelKey(body, &t.field, l)
		text, known := ids[key]
		switch {
		case known:
			t.manifest.Duplicates++
		case len(t.texts) >= maxTexts:
			leftOut++
			continue
		default:
			text = uint32(len(t.texts))
			ids[key] = text
			t.keys = append(t.keys, key)
			t.noteUnknown(l)
			cluster, group := copies.add(text, &t.scanner.Body, tokens)
			t.texts = append(t.texts, labelledText{cluster: cluster, group: group})
			for _, token := range tokens {
				t.vocabulary.count(token.Hash, blockOf(token.Kind), l.Label, true)
			}
			if l.Label == models.Spam {
				t.countDisguised(tokens, l, key)
			}
			if err := out.Encode(l); err != nil {
				return fmt.Errorf("write the temporary training file: %w", err)
			}
		}
		if len(t.votes) < maxVotes || !known {
			t.votes = append(t.votes, vote{
				text: text, labeller: t.labellerOf(l), class: classIndex(l.Label),
				selected: selectionIndex(l.SelectedBy), rate: float32(l.SelectionRate), weight: float32(l.Weight), at: seconds(l.CreatedAt),
			})
		}
	}
	if leftOut > 0 {
		t.note("%d labels are left out: they are of more than %d texts", leftOut, maxTexts)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	return nil
}

// ignoreWords drops the words that are not learned from the vocabulary, and their
// characters.
func (t *trainer) ignoreWords() {
	for _, word := range t.opt.Ignored {
		for _, token := range t.scanner.Scan(features.Doc{Text: word}) {
			whole := token.Kind == features.Word || token.Kind == features.Chars && t.scanner.Name(token) == "chars:_"+word+"_"
			if id, ok := t.vocabulary.ids[token.Hash]; ok && whole {
				t.vocabulary.terms[id].hash = 0 // see selectTerms
			}
		}
	}
}

func hashText(body *normalize.Text) uint64 {
	h := fnv.New64a()
	h.Write(body.Bytes) // a hash never fails to write
	return h.Sum64()
}

// labelKey returns the key of a text and its author: two labels with the same key
// are of the same comment. body is the hash of the normalized text; buffer is for
// the fields of the author.
func labelKey(body uint64, buffer *normalize.Text, l models.Label) uint64 {
	if l.Author == "" && l.AuthorEmail == "" && l.AuthorURL == "" {
		return body
	}
	h := fnv.New64a()
	for _, field := range [...]string{l.Author, l.AuthorEmail, l.AuthorURL} {
		buffer.Normalize(field)
		h.Write(buffer.Bytes)
		h.Write([]byte{0})
	}
	return body*0x9e3779b97f4a7c15 ^ h.Sum64()
}

// labellerOf returns the id of who gave a label; 0 is nobody known.
func (t *trainer) labellerOf(l models.Label) uint16 {
	if l.LabelledBy == "" {
		return 0
	}
	return t.labellers.id(l.LabelledBy) + 1
}

// encode turns the texts into rows of term ids. Some rows are followed by an
// augmented copy.
func (t *trainer) encode(ctx context.Context, file io.ReadSeeker, out *rowFile) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the temporary training file: %w", err)
	}
	in := json.NewDecoder(bufio.NewReaderSize(file, 1<<18))
	folds := t.foldsOf()
	sites := map[siteCluster]bool{}
	var r row
	for i := range t.texts {
		var l models.Label
		if err := in.Decode(&l); err != nil {
			return fmt.Errorf("read the temporary training file: %w", err)
		}
		if i%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		text := &t.texts[i]
		if text.conflict {
			t.reportConflict(uint32(i), l)
		}
		l.Label = classes[text.class]
		if text.weight == 0 || !t.sampled(t.keys[i]) {
			continue
		}
		t.countLabel(l)
		t.countCluster(sites, l, text)
		t.describe(l, text)
		r = row{
			class: l.Label, fold: folds[i], lang: t.langs.id(l.Lang), source: t.sources.id(l.Source),
			terms: r.terms, // reuses the memory
		}
		for h := range r.silent {
			r.silent[h] = t.opt.Silent != nil && l.Label == models.Ham && t.opt.Silent(l, headClass[h])
		}
		if err := t.writeRow(out, &r, l, uint32(i)); err != nil {
			return err
		}
		if t.augment(&l, t.keys[i]) {
			r.augmented = true
			if err := t.writeRow(out, &r, l, uint32(i)); err != nil {
				return err
			}
		}
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return errors.New("read the temporary training file: it has more texts than were written")
	}
	return out.flush()
}

// reportConflict adds a text with labels of several classes to the manifest.
func (t *trainer) reportConflict(text uint32, first models.Label) {
	t.manifest.Conflicts++
	c := t.conflictOf(text, first, t.keys[text])
	if len(t.manifest.ConflictList) < maxListed {
		t.manifest.ConflictList = append(t.manifest.ConflictList, c)
	}
	if t.opt.Conflict != nil {
		t.opt.Conflict(c)
	}
}

// lossyDisguises are those that normalization cannot undo. The spam head also
// learns from copies of comments with such a disguise, so that it does not rely
// on whole words only. Ham is copied too, because honest people mistype.
var lossyDisguises = []disguise.Kind{disguise.Drop, disguise.Swap, disguise.Insert, disguise.Star, disguise.Split}

// augmentationRate returns the share of a class's rows that is copied with a
// disguise. It falls above 30,000 texts, which contain enough real disguises and
// typing errors. The rates were chosen by hand with cmd/accuracy, table
// "evasion".
func (t *trainer) augmentationRate(class models.Class) float64 {
	rate := min(1, 30_000/float64(len(t.texts)))
	switch class {
	case models.Spam:
		return rate
	case models.Ham:
		return 0.1 * rate
	}
	return 0
}

// augment disguises the text of a label, and reports false when it is not copied.
func (t *trainer) augment(l *models.Label, key uint64) bool {
	rng := rand.New(rand.NewPCG(key, t.opt.Seed))
	if rng.Float64() >= t.augmentationRate(l.Label) {
		return false
	}
	l.Text = disguise.Apply(lossyDisguises[rng.IntN(len(lossyDisguises))], rng, l.Text)
	return true
}

// countDisguised counts the tokens that only the disguised copy of a text has, so that
// the head can learn how frequent words look in a disguise, such as ch*nn*l. tokens are
// those of the text itself; they are not valid afterwards.
func (t *trainer) countDisguised(tokens []features.Token, l models.Label, key uint64) {
	clear(t.plain)
	for _, token := range tokens {
		t.plain[token.Hash] = true
	}
	if !t.augment(&l, key) {
		return
	}
	for _, token := range tokenize(&t.scanner, FromLabel(l)) {
		if !t.plain[token.Hash] {
			t.vocabulary.count(token.Hash, blockOf(token.Kind), l.Label, false)
		}
	}
}

// writeRow appends a label to the row file; r holds its other fields.
func (t *trainer) writeRow(out *rowFile, r *row, l models.Label, text uint32) error {
	t.fillRow(r, FromLabel(l))
	if err := out.append(r); err != nil {
		return fmt.Errorf("write the temporary training file: %w", err)
	}
	t.rowTexts = append(t.rowTexts, text)
	return nil
}

// fillRow sets the terms of a row: those of the text that the vocabulary has.
func (t *trainer) fillRow(r *row, in Input) {
	for b := range r.terms {
		r.terms[b] = r.terms[b][:0]
	}
	for _, token := range tokenize(&t.scanner, in) {
		if id, ok := t.vocabulary.ids[token.Hash]; ok {
			b := blockOf(token.Kind)
			r.terms[b] = append(r.terms[b], id)
		}
	}
}

// sampled reports whether a text is learned from: all are, up to maxRows texts;
// of more, a random sample of about that many.
func (t *trainer) sampled(key uint64) bool {
	n := float64(len(t.texts))
	return n <= maxRows || float64(t.hash(key)) < math.MaxUint32*maxRows/n
}

// hash returns a pseudorandom number for a text, which depends on the seed.
func (t *trainer) hash(key uint64) uint32 {
	return uint32((key ^ t.opt.Seed) * 0x9e3779b97f4a7c15 >> 32)
}

func hexKey(key uint64) string { return strconv.FormatUint(key, 16) }

// maxSites is how many sites, and how many sources, a manifest names; the rest
// are counted as "others".
const maxSites = 1000

// countLabel adds a label that is learned from to the manifest.
func (t *trainer) countLabel(l models.Label) {
	t.manifest.Rows++
	addCount(t.manifest.Sites, l.Site, l.Label)
	addCount(t.manifest.Sources, l.Source, l.Label)
	t.vocabulary.rows++
}

func addCount(m map[string]Counts, name string, class models.Class) {
	if _, ok := m[name]; !ok && len(m) >= maxSites {
		name = "others"
	}
	c := m[name]
	c.add(class)
	m[name] = c
}

// siteCluster is a cluster of near copies on one site.
type siteCluster struct {
	cluster uint32
	site    string
	class   models.Class
}

// countCluster counts, for Model.Cold, the clusters of a site's labels. Ham that
// nobody looked at does not count.
func (t *trainer) countCluster(seen map[siteCluster]bool, l models.Label, text *labelledText) {
	c := siteCluster{text.cluster, l.Site, l.Label}
	if l.Site == "" || text.selected == selectedVouched || seen[c] {
		return
	}
	seen[c] = true
	addCount(t.manifest.SiteClusters, l.Site, l.Label)
}
