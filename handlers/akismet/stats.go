package akismet

import (
	"encoding/json"
	"math"
	"time"

	"winnow/models"
)

// Bodies of replies about the account, which there is none of.
const (
	Connected    = "connected"
	Deactivated  = "deactivated"
	Subscription = `{"account_id":false,"account_name":"Winnow","account_type":"winnow","status":"active","next_billing_date":false,"limit_reached":false}`
	NoPlugins    = "[]"
)

// StatsSince returns the first month of get-stats: of six months, unless from says otherwise.
func StatsSince(f Form, now time.Time) time.Time {
	now = now.UTC()
	switch f["from"] {
	case "all":
		return time.Time{}
	case "60-days":
		return now.AddDate(0, 0, -60)
	}
	return time.Date(now.Year(), now.Month()-5, 1, 0, 0, 0, 0, time.UTC)
}

// stats are figures as get-stats writes them.
type stats struct {
	Spam           int64   `json:"spam"`
	Ham            int64   `json:"ham"`
	MissedSpam     int64   `json:"missed_spam"`
	FalsePositives int64   `json:"false_positives"`
	Accuracy       float64 `json:"accuracy"`     // percent of the answers that nobody has corrected
	TimeSaved      int64   `json:"time_saved"`   // seconds
	Day            string  `json:"da,omitempty"` // first day of a month
}

// secondsSaved is what Akismet says that each spam takes to read.
const secondsSaved = 5

func statsOf(n models.AkismetFigures) stats {
	s := stats{
		Spam: n.Spam, Ham: n.Ham, MissedSpam: max(0, n.MissedSpam), FalsePositives: max(0, n.FalsePositives),
		Accuracy: 100, TimeSaved: secondsSaved * n.Spam,
	}
	if total := n.Spam + n.Ham; total > 0 {
		wrong := min(total, s.MissedSpam+s.FalsePositives)
		s.Accuracy = math.Round(10000*float64(total-wrong)/float64(total)) / 100
	}
	return s
}

// StatsBody returns the body of get-stats: the sum of the months, and each of them. The
// present one is always there, because clients read the last.
func StatsBody(months []models.AkismetFigures, now time.Time) (string, error) {
	var sum models.AkismetFigures
	breakdown := map[string]stats{}
	for _, n := range append([]models.AkismetFigures{{Month: now.UTC()}}, months...) {
		sum.Spam, sum.Ham = sum.Spam+n.Spam, sum.Ham+n.Ham
		sum.MissedSpam, sum.FalsePositives = sum.MissedSpam+n.MissedSpam, sum.FalsePositives+n.FalsePositives
		of := statsOf(n)
		of.Day = n.Month.Format("2006-01") + "-01"
		breakdown[n.Month.Format("2006-01")] = of
	}
	b, err := json.Marshal(struct {
		stats
		Breakdown map[string]stats `json:"breakdown"`
	}{statsOf(sum), breakdown})
	return string(b), err
}
