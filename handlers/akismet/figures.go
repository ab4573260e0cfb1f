package akismet

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"winnow/models"
)

// UsageBody returns the body of usage-limit. No key has a limit for the month.
func UsageBody(figures []models.AkismetFigures) string {
	var calls int64
	for _, n := range figures {
		calls += n.Calls
	}
	return fmt.Sprintf(`{"limit":"none","usage":%d,"percentage":"0","throttled":false}`, calls)
}

// SitesQuery is a request for key-sites.
type SitesQuery struct {
	Month         time.Time // any time in it
	CSV           bool
	Filter        string // part of the name of a blog
	Order         string
	Limit, Offset int
}

const maxSites = 1000

// SitesQueryOf reads the parameters of key-sites. What is not valid has its default.
func SitesQueryOf(f Form, now time.Time) SitesQuery {
	q := SitesQuery{
		Month: now.UTC(), CSV: f["format"] == "csv", Filter: strings.ToLower(f["filter"]), Order: f["order"],
		Limit: number(f["limit"], 500, maxSites), Offset: number(f["offset"], 0, 1<<30),
	}
	if at, err := time.Parse("2006-01", f["month"]); err == nil {
		q.Month = at
	}
	return q
}

func number(s string, absent, most int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return absent
	}
	return min(n, most)
}

// orders are what blogs are sorted by, the highest number first.
var orders = map[string]func(models.AkismetFigures) int64{
	"total":           func(n models.AkismetFigures) int64 { return n.Calls },
	"spam":            func(n models.AkismetFigures) int64 { return n.Spam },
	"ham":             func(n models.AkismetFigures) int64 { return n.Ham },
	"missed_spam":     func(n models.AkismetFigures) int64 { return n.MissedSpam },
	"false_positives": func(n models.AkismetFigures) int64 { return n.FalsePositives },
}

// page returns the blogs of a query, and how many there are.
func (q SitesQuery) page(all []models.AkismetFigures) (page []models.AkismetFigures, total int) {
	all = slices.DeleteFunc(slices.Clone(all), func(n models.AkismetFigures) bool { return !strings.Contains(n.Blog, q.Filter) })
	of := orders[q.Order]
	if of == nil {
		of = orders["total"]
	}
	slices.SortStableFunc(all, func(a, b models.AkismetFigures) int { return cmp.Compare(of(b), of(a)) })
	total = len(all)
	all = all[min(q.Offset, total):]
	return all[:min(q.Limit, len(all))], total
}

// Body returns the body of key-sites and its media type. account is what stands for the
// key, which is no part of the reply.
func (q SitesQuery) Body(account string, all []models.AkismetFigures) (mediaType, body string, err error) {
	page, total := q.page(all)
	month := q.Month.Format("2006-01")
	if q.CSV {
		body, err = q.csvBody(account, month, page, total)
		return "text/csv; charset=utf-8", body, err
	}
	type row struct {
		Site           string `json:"site"`
		Calls          string `json:"api_calls"`
		Spam           string `json:"spam"`
		Ham            string `json:"ham"`
		MissedSpam     string `json:"missed_spam"`
		FalsePositives string `json:"false_positives"`
		Revoked        bool   `json:"is_revoked"`
	}
	rows := make([]row, len(page))
	for i, n := range page {
		c := cells(n)
		rows[i] = row{c[0], c[1], c[2], c[3], c[4], c[5], false}
	}
	b, err := json.Marshal(map[string]any{month: rows, "limit": q.Limit, "offset": q.Offset, "total": total})
	return "application/json", string(b), err
}

func (q SitesQuery) csvBody(account, month string, page []models.AkismetFigures, total int) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "Active sites for %s during %s (limit:%d, offset: %d, total: %d)\n", account, month, q.Limit, q.Offset, total)
	w := csv.NewWriter(&b)
	rows := [][]string{{"Site", "Total API Calls", "Spam", "Ham", "Missed Spam", "False Positives", "Is Revoked"}}
	for _, n := range page {
		rows = append(rows, append(cells(n), "false"))
	}
	err := w.WriteAll(rows)
	return b.String(), err
}

func cells(n models.AkismetFigures) []string {
	row := []string{n.Blog}
	for _, v := range []int64{n.Calls, n.Spam, n.Ham, n.MissedSpam, n.FalsePositives} {
		row = append(row, strconv.FormatInt(v, 10))
	}
	return row
}
