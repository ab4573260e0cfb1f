package drift

import (
	"math"
	"testing"
	"time"

	"winnow/models"
)

var today = time.Date(2031, 5, 4, 0, 0, 0, 0, time.UTC)

// counts are ordinary ones of n comments.
func counts(n int64) models.TrafficCounts {
	c := models.TrafficCounts{Comments: n, Held: n / 50, Words: 20 * n, Unknown: 5 * n}
	c.Scores[1], c.Scores[2], c.Scores[5] = n*7/10, n*2/10, n/10
	return c
}

func TestAssess(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(d *models.TrafficDay)
		state   models.DriftState
		measure Measure
	}{
		"ordinary":                   {func(*models.TrafficDay) {}, models.DriftStable, ""},
		"some more unknown words":    {func(d *models.TrafficDay) { d.Unknown = d.Words * 35 / 100 }, models.DriftWatch, Unknown},
		"most words unknown":         {func(d *models.TrafficDay) { d.Unknown = d.Words * 8 / 10 }, models.DriftDrifting, Unknown},
		"other scores":               {func(d *models.TrafficDay) { d.Scores[1], d.Scores[5] = d.Scores[5], d.Scores[1] }, models.DriftDrifting, Scores},
		"somewhat other scores":      {func(d *models.TrafficDay) { d.Scores[1] -= 30; d.Scores[5] += 30 }, models.DriftWatch, Scores},
		"more held":                  {func(d *models.TrafficDay) { d.Held = 25 }, models.DriftWatch, Held},
		"much more held":             {func(d *models.TrafficDay) { d.Held = 80 }, models.DriftDrifting, Held},
		"fewer held":                 {func(d *models.TrafficDay) { d.Held = 0 }, models.DriftStable, ""},
		"people contradict it often": {func(d *models.TrafficDay) { d.Decided, d.Overturned = 60, 50 }, models.DriftDrifting, Overturns},
		"people contradict it more":  {func(d *models.TrafficDay) { d.Decided, d.Overturned = 100, 40 }, models.DriftWatch, Overturns},
		"of few decisions":           {func(d *models.TrafficDay) { d.Decided, d.Overturned = 29, 29 }, models.DriftStable, ""},
		"too few comments":           {func(d *models.TrafficDay) { d.TrafficCounts = counts(90) }, models.DriftUnknown, ""},
		"too long ago":               {func(d *models.TrafficDay) { d.Day = today.AddDate(0, 0, -2) }, models.DriftUnknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			days := []models.TrafficDay{
				{TrafficCounts: counts(300)},
				{Day: today.AddDate(0, 0, -9), TrafficCounts: counts(200), Decided: 100, Overturned: 20},
				{Day: today, TrafficCounts: counts(200), Decided: 40, Overturned: 8},
			}
			test.change(&days[2])
			got := Assess("gazette", "m", days, today.Add(time.Hour))
			if got.State != test.state || got.Measure != test.measure {
				t.Errorf("%s by %q, want %s by %q", got.State, got.Measure, test.state, test.measure)
			}
			if len(got.Days) != 2 || got.Reference.Comments != 300 || *got.Reference.Unknown != 0.25 {
				t.Errorf("%+v", got)
			}
			if german := got.In("de").Sentence; german == got.Sentence || german == "" {
				t.Errorf("%q, %q", got.Sentence, german)
			}
		})
	}
}

func TestWithoutReferenceNothingIsSaid(t *testing.T) {
	for _, days := range [][]models.TrafficDay{nil, {{TrafficCounts: counts(299)}, {Day: today, TrafficCounts: counts(200)}}, {{Day: today, TrafficCounts: counts(200)}}} {
		if got := Assess("gazette", "m", days, today); got.State != models.DriftUnknown {
			t.Errorf("%s", got.State)
		}
	}
}

func TestEveryStateHasItsSentence(t *testing.T) {
	for _, state := range []models.DriftState{models.DriftWatch, models.DriftDrifting} {
		for _, m := range []Measure{Scores, Unknown, Held, Overturns} {
			if v := texts[state][m]; v[0] == "" || v[1] == "" {
				t.Errorf("no sentence for %s by %s", state, m)
			}
		}
	}
}

func TestBin(t *testing.T) {
	for risk, want := range map[float64]int{0: 0, 0.01: 0, 0.02: 1, 0.4: 4, 0.5: 5, 0.6: 5, 0.98: 8, 0.99: 9, 1: 9} {
		if got := Bin(risk); got != want {
			t.Errorf("bin of %v: %d, want %d (log odds %.2f)", risk, got, want, math.Log(risk/(1-risk)))
		}
	}
}
