package campaign

import (
	"math"
	"strconv"

	"winnow/models"
)

// maxWeight is the most that a campaign adds to the log odds of spam.
const maxWeight = 4

// Signal returns the signal "campaign:copies", whose Detail is the number of
// copies, when there are at least three copies, by two authors or on two
// articles: one author who repeats a comment on one article is not a campaign.
// Its weight is the logarithm of the number of authors times the number of
// articles, at most 4: two authors on one article weigh 0.7, ten on five 3.9.
func Signal(c models.Campaign) (models.Signal, bool) {
	if c.Count < 3 || c.Authors < 2 && c.Articles < 2 {
		return models.Signal{}, false
	}
	weight := math.Log(float64(max(c.Authors, 1))) + math.Log(float64(max(c.Articles, 1)))
	return models.Signal{
		Name: "campaign:copies", Detail: strconv.Itoa(c.Count), Weight: min(weight, maxWeight),
	}, true
}
