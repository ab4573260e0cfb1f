package storagetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage/memory"
)

// A CampaignGrouper groups near-copies.
type CampaignGrouper interface {
	Assign(ctx context.Context, q models.CampaignQuery) (models.Campaign, error)
}

// Campaigns is the conformance suite of a CampaignGrouper. The function open
// returns a new one for each test, and a function that moves its clock.
func Campaigns(t *testing.T, open func(t *testing.T) (s CampaignGrouper, pass func(time.Duration))) {
	for name, test := range map[string]func(*testing.T, campaignTest){
		"copies join the group of the first":              testCopies,
		"at least Alike bands must be equal":              testAlike,
		"fewer bands are enough when the words are alike": testAlikeWords,
		"a sketch does not find itself":                   testItself,
		"a chain of small changes stays one group":        testChain,
		"the group with the most common bands is chosen":  testMostVotes,
		"authors and articles are counted once each":      testDistinct,
		"authors are counted up to a bound":               testManyAuthors,
		"sites are isolated":                              testSites,
		"a group expires after its window":                testWindow,
		"each copy restarts the window":                   testWindowAnew,
		"the first time is that of the first comment":     testFirst,
		"new authors with one contact are a group":        testContact,
		"known authors do not join by a contact":          testKnownAuthors,
		"two established authors free a contact":          testEstablishedAuthors,
		"the larger of two groups is chosen":              testLargerGroup,
		"a contact is forgotten a window after its first": testContactWindow,
		"the contact of a campaign is remembered":         testContactOfCampaign,
		"keys with unusual characters":                    testUnusualKeys,
		"concurrent copies are all counted, in one group": testConcurrentCopies,
	} {
		t.Run(name, func(t *testing.T) {
			s, pass := open(t)
			test(t, campaignTest{s, pass})
		})
	}
}

type campaignTest struct {
	s    CampaignGrouper
	pass func(time.Duration)
}

func (x campaignTest) assign(t *testing.T, sketch models.Sketch, id, author, article string) models.Campaign {
	t.Helper()
	c, err := x.s.Assign(t.Context(), query("gazette", sketch, id, author, article))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func query(site string, s models.Sketch, id, author, article string) models.CampaignQuery {
	return models.CampaignQuery{Site: site, ID: id, Author: author, Article: article, Sketch: s, HasSketch: true, Floor: 5}
}

// is checks the group except its time.
func is(t *testing.T, c models.Campaign, id string, count, authors, articles int) {
	t.Helper()
	if c.ID != id || c.Count != count || c.Authors != authors || c.Articles != articles {
		t.Errorf("%+v, want %s with %d comments, %d authors, %d articles", c, id, count, authors, articles)
	}
}

// sketch makes a sketch. Those of one kind have all bands in common except the
// last own ones.
func sketch(kind, variant, own int) (s models.Sketch) {
	for i := range s {
		s[i] = uint64(kind)<<40 + uint64(i)
		if i >= len(s)-own {
			s[i] += uint64(variant+1) << 20
		}
	}
	return s
}

func testCopies(t *testing.T, x campaignTest) {
	is(t, x.assign(t, sketch(1, 0, 2), "c1", "ann", "a"), "c1", 1, 1, 1)
	is(t, x.assign(t, sketch(2, 0, 0), "c2", "ann", "a"), "c2", 1, 1, 1)
	is(t, x.assign(t, sketch(1, 1, 2), "c3", "bob", "b"), "c1", 2, 2, 2)
	is(t, x.assign(t, sketch(1, 0, 2), "c4", "cem", "b"), "c1", 3, 3, 2)
	is(t, x.assign(t, sketch(2, 0, 0), "c5", "ann", "a"), "c2", 2, 1, 1)
}

func testAlike(t *testing.T, x campaignTest) {
	x.assign(t, sketch(1, 0, 0), "c1", "ann", "a")
	is(t, x.assign(t, sketch(1, 1, models.SketchSize-models.MinSharedBands+1), "c2", "bob", "a"), "c2", 1, 1, 1)

	x.assign(t, sketch(2, 0, 0), "c3", "ann", "a")
	is(t, x.assign(t, sketch(2, 1, models.SketchSize-models.MinSharedBands), "c4", "bob", "a"), "c3", 2, 2, 1)
}

func testAlikeWords(t *testing.T, x campaignTest) {
	own := models.SketchSize - models.MinSimilarBands
	for i, c := range []struct {
		own   int
		words []uint16
		joins bool
	}{
		{own, []uint16{1, 2, 3, 4, 5, 6, 0x0d0a, 65535}, true},
		{own, []uint16{1, 2, 3, 4, 5, 70, 80, 90}, true},   // 5 of 8
		{own, []uint16{1, 2, 3, 4, 60, 70, 80, 90}, false}, // 4 of 8
		{own, []uint16{1, 2}, false},                       // of the larger set
		{own, nil, false},
		{own + 1, []uint16{1, 2, 3, 4, 5, 6, 0x0d0a, 65535}, false},
	} {
		assign := func(variant, own int, id string, words []uint16) models.Campaign {
			q := query("gazette", sketch(i+1, variant, own), id, id, "a")
			q.Words = models.NewWordSet(slices.Clone(words))
			found, err := x.s.Assign(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		first, second := fmt.Sprint("first", i), fmt.Sprint("second", i)
		assign(0, 0, first, []uint16{1, 2, 3, 4, 5, 6, 0x0d0a, 65535})
		want := second
		if c.joins {
			want = first
		}
		if found := assign(1, c.own, second, c.words); found.ID != want {
			t.Errorf("%+v: joins %s, want %s", c, found.ID, want)
		}
	}
}

func testItself(t *testing.T, x campaignTest) {
	is(t, x.assign(t, models.Sketch{}, "c1", "ann", "a"), "c1", 1, 1, 1) // all bands equal
	is(t, x.assign(t, sketch(1, 0, 0), "c2", "ann", "a"), "c2", 1, 1, 1)
}

func testChain(t *testing.T, x campaignTest) {
	s := sketch(1, 0, 0)
	x.assign(t, s, "c0", "ann", "a")
	for i := range 3 * models.SketchSize {
		s[i%models.SketchSize] += 1 << 30
		is(t, x.assign(t, s, fmt.Sprint("c", i+1), "ann", "a"), "c0", i+2, 1, 1)
	}
}

func testMostVotes(t *testing.T, x campaignTest) {
	one, two := sketch(1, 0, 0), sketch(2, 0, 0)
	x.assign(t, one, "c1", "ann", "a")
	x.assign(t, two, "c2", "ann", "a")
	between := one
	copy(between[models.MinSharedBands:], two[models.MinSharedBands:])
	is(t, x.assign(t, between, "c3", "ann", "a"), "c2", 2, 1, 1)
}

func testDistinct(t *testing.T, x campaignTest) {
	for i, want := range []struct {
		author, article   string
		authors, articles int
	}{
		{"ann", "a", 1, 1},
		{"ann", "a", 1, 1},
		{"bob", "a", 2, 1},
		{"ann", "b", 2, 2},
		{"bob", "b", 2, 2},
		{"", "c", 3, 3},
	} {
		is(t, x.assign(t, sketch(1, 0, 0), fmt.Sprint("c", i), want.author, want.article), "c0", i+1, want.authors, want.articles)
	}
}

func testManyAuthors(t *testing.T, x campaignTest) {
	var c models.Campaign
	for i := range memory.MaxDistinct + 10 {
		c = x.assign(t, sketch(1, 0, 0), fmt.Sprint("c", i), fmt.Sprint("author", i), "a")
	}
	is(t, c, "c0", memory.MaxDistinct+10, memory.MaxDistinct, 1)
}

func testSites(t *testing.T, x campaignTest) {
	for _, site := range []string{"gazette", "herald", ""} {
		c, err := x.s.Assign(t.Context(), query(site, sketch(1, 0, 0), "c-"+site, "ann", "a"))
		if err != nil {
			t.Fatal(err)
		}
		is(t, c, "c-"+site, 1, 1, 1)
	}
}

func testWindow(t *testing.T, x campaignTest) {
	x.assign(t, sketch(1, 0, 0), "c1", "ann", "a")
	x.pass(models.CampaignWindow - time.Minute)
	is(t, x.assign(t, sketch(1, 0, 0), "c2", "ann", "a"), "c1", 2, 1, 1)
	x.pass(models.CampaignWindow + time.Minute)
	is(t, x.assign(t, sketch(1, 0, 0), "c3", "bob", "b"), "c3", 1, 1, 1)
}

func testWindowAnew(t *testing.T, x campaignTest) {
	for i := range 5 {
		is(t, x.assign(t, sketch(1, i, 2), fmt.Sprint("c", i), "ann", "a"), "c0", i+1, 1, 1)
		x.pass(models.CampaignWindow * 2 / 3)
	}
}

func testFirst(t *testing.T, x campaignTest) {
	first := x.assign(t, sketch(1, 0, 0), "c1", "ann", "a").First
	if first.IsZero() || first.Location() != time.UTC {
		t.Fatalf("first at %v", first)
	}
	x.pass(time.Hour)
	if c := x.assign(t, sketch(1, 0, 0), "c2", "bob", "a"); !c.First.Equal(first) {
		t.Errorf("the first is at %v, and was at %v before", c.First, first)
	}
}

func testUnusualKeys(t *testing.T, x campaignTest) {
	unusual := "a}b{c\x00\r\n\xff ü" + strings.Repeat("x", 1000)
	for i := range 2 {
		c, err := x.s.Assign(t.Context(), query(unusual, sketch(1, 0, 0), unusual, unusual, unusual))
		if err != nil {
			t.Fatal(err)
		}
		is(t, c, unusual, i+1, 1, 1)
	}
}

func testConcurrentCopies(t *testing.T, x campaignTest) {
	const callers, each = 16, 20
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			for j := range each {
				if _, err := x.s.Assign(t.Context(), query("gazette", sketch(1, i, 2), fmt.Sprint("c", i, "-", j), fmt.Sprint(i), "a")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	c := x.assign(t, sketch(1, 0, 2), "last", "0", "a")
	if c.Count != callers*each+1 || c.Authors != callers {
		t.Errorf("%+v, want %d comments by %d authors", c, callers*each+1, callers)
	}
}
