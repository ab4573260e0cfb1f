package campaign

import (
	"math"
	"strconv"

	"winnow/models"
)

// maxWeight is the most that a campaign adds to the log odds of spam.
const maxWeight = 4

// A slogan sells nothing, and readers who do not know each other write "Great article,
// thank you for this" in the same words. So it is a campaign only on several articles,
// and by more authors than another text.
const (
	minSloganArticles = 3
	sloganAuthors     = 3 // times as many
)

// Held reports whether a campaign by at least floor authors waits for a moderator,
// whatever a model says of its comments. One with a slogan does only when it is on
// several articles and by thrice as many authors. A floor of 0 holds nothing.
func Held(c models.Campaign, p Print, floor int) bool {
	if p.Slogan {
		return floor > 0 && c.Authors >= sloganAuthors*floor && c.Articles >= minSloganArticles
	}
	return floor > 0 && c.Authors >= floor
}

// Signals returns the signals of a comment's campaign.
//
// When there are at least three copies, by two authors or on two articles, it is
// "campaign:copies", whose Detail is their number: one author who repeats a comment
// on one article is not a campaign. Its weight is the logarithm of the number of
// authors times the number of articles, at most 4: two authors on one article weigh
// 0.7, ten on five 3.9.
//
// When the campaign was found by a contact, it is "campaign:contact", whose Detail
// is the contact, and has no weight: until the campaign is held it proves nothing.
func Signals(c models.Campaign, p Print) []models.Signal {
	action := models.Action("")
	if c.Held {
		action = models.Hold
	}
	if c.Contact > 0 {
		if !c.Held {
			return nil
		}
		return []models.Signal{{Name: "campaign:contact", Detail: p.Contacts[c.Contact-1].Text, Action: action}}
	}
	if !c.Held && (c.Count < 3 || c.Authors < 2 && c.Articles < 2) {
		return nil
	}
	weight := math.Log(float64(max(c.Authors, 1))) + math.Log(float64(max(c.Articles, 1)))
	return []models.Signal{{
		Name: "campaign:copies", Detail: strconv.Itoa(c.Count), Weight: min(weight, maxWeight), Action: action,
	}}
}
