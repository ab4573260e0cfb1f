package storagetest

import (
	"fmt"
	"testing"
	"time"

	"winnow/models"
	"winnow/storage/memory"
)

// contact assigns a comment without a sketch that gives a contact.
func (x campaignTest) contact(t *testing.T, id, author string, standing models.Standing, contacts ...uint64) models.Campaign {
	t.Helper()
	c, err := x.s.Assign(t.Context(), models.CampaignQuery{
		Site: "gazette", ID: id, Author: author, Article: "a", Contacts: contacts, Standing: standing, Floor: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testContact(t *testing.T, x campaignTest) {
	is(t, x.contact(t, "c1", "ann", models.NewAuthor, 7), "c1", 1, 1, 1)
	is(t, x.contact(t, "c2", "bob", models.NewAuthor, 8), "c2", 1, 1, 1)
	found := x.contact(t, "c3", "cem", models.NewAuthor, 9, 7)
	is(t, found, "c1", 2, 2, 1)
	if found.Contact != 2 {
		t.Errorf("found by contact %d, want the second", found.Contact)
	}
	is(t, x.contact(t, "c4", "dan", models.NewAuthor, 9), "c1", 3, 3, 1)
	is(t, x.contact(t, "c5", "ann", models.KnownAuthor, 7), "c1", 4, 3, 1)
}

func testKnownAuthors(t *testing.T, x campaignTest) {
	is(t, x.contact(t, "c1", "ann", models.KnownAuthor, 7), "c1", 1, 1, 1)
	is(t, x.contact(t, "c2", "bob", models.NewAuthor, 7), "c2", 1, 1, 1)
	is(t, x.contact(t, "c3", "cem", models.KnownAuthor, 7), "c3", 1, 1, 1)
	is(t, x.contact(t, "c4", "dan", models.NewAuthor, 7), "c2", 2, 2, 1)
}

func testEstablishedAuthors(t *testing.T, x campaignTest) {
	x.contact(t, "c1", "ann", models.NewAuthor, 7)
	for i := range memory.MaxEstablished - 1 {
		x.contact(t, fmt.Sprint("e", i), fmt.Sprint("old", i), models.EstablishedAuthor, 7)
		x.contact(t, fmt.Sprint("f", i), fmt.Sprint("old", i), models.EstablishedAuthor, 7)
	}
	is(t, x.contact(t, "c2", "bob", models.NewAuthor, 7), "c1", 2, 2, 1)
	x.contact(t, "e9", "old9", models.EstablishedAuthor, 7)
	is(t, x.contact(t, "c3", "cem", models.NewAuthor, 7), "c3", 1, 1, 1)

	// Those who warn of a campaign do not end it.
	for i, author := range []string{"dan", "eve", "fay"} {
		x.contact(t, fmt.Sprint("d", i), author, models.NewAuthor, 8)
	}
	for i := range memory.MaxEstablished {
		x.contact(t, fmt.Sprint("g", i), fmt.Sprint("old", i), models.EstablishedAuthor, 8)
	}
	is(t, x.contact(t, "d9", "gil", models.NewAuthor, 8), "d0", 4, 4, 1)
}

func testLargerGroup(t *testing.T, x campaignTest) {
	x.contact(t, "c1", "ann", models.NewAuthor, 7)
	x.contact(t, "c2", "bob", models.NewAuthor, 7)
	x.assign(t, sketch(1, 0, 0), "s1", "cem", "a")
	q := query("gazette", sketch(1, 0, 0), "c3", "dan", "a")
	q.Contacts = []uint64{7}
	found, err := x.s.Assign(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	is(t, found, "c1", 3, 3, 1)
	is(t, x.assign(t, sketch(1, 0, 0), "c4", "eve", "a"), "c1", 4, 4, 1)
}

func testContactWindow(t *testing.T, x campaignTest) {
	x.contact(t, "c1", "ann", models.NewAuthor, 7)
	x.pass(models.CampaignWindow * 2 / 3)
	is(t, x.contact(t, "c2", "bob", models.NewAuthor, 7), "c1", 2, 2, 1)
	x.pass(models.CampaignWindow/3 + time.Minute)
	is(t, x.contact(t, "c3", "cem", models.NewAuthor, 7), "c3", 1, 1, 1)
}

func testContactOfCampaign(t *testing.T, x campaignTest) {
	for i := range 6 {
		is(t, x.contact(t, fmt.Sprint("c", i), fmt.Sprint("author", i), models.NewAuthor, 7), "c0", i+1, i+1, 1)
		if i > 1 { // a campaign by now
			x.pass(models.CampaignWindow * 2 / 3)
		}
	}
}
