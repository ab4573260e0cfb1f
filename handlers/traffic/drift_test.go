package traffic_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

var (
	english = strings.Fields(`I think the city council should have asked people before they closed this road because many of us
		need it every day to get to work and now there is no other way but a long walk along the river which takes more time than
		anyone has in the morning but it was good to see that somebody said so at last and not only here we all know how it was`)
	finnish = strings.Fields(`minusta kaupungin olisi pitänyt kysyä asukkailta ennen kuin tämä tie suljettiin koska monet meistä tarvitsevat
		sitä joka päivä päästäkseen töihin eikä nyt ole muuta reittiä kuin pitkä kävely joen vartta pitkin mikä vie enemmän aikaa kuin
		kenelläkään on aamulla mutta oli hyvä nähdä että joku vihdoin sanoi sen eikä vain täällä`)
)

// sentences posts n comments of random words.
func (d *desk) sentences(random *rand.Rand, words []string, n int) {
	d.Helper()
	for range n {
		text := make([]string, 8+random.IntN(20))
		for i := range text {
			text[i] = words[random.IntN(len(words))]
		}
		d.post("gazette", strings.Join(text, " ")+".")
	}
}

func TestDrift(t *testing.T) {
	onBoth(t, func(d *desk) {
		random := rand.New(rand.NewPCG(1, 2))
		reader, n := d.reader()
		state := func() models.DriftState {
			d.Helper()
			d.clock.Advance(2 * time.Minute)
			d.must(reader.Step(d.Context()))
			all, err := reader.Drift(d.Context())
			d.must(err)
			if all[0].Site != "gazette" || all[1].State != models.DriftUnknown {
				d.Fatalf("sites: %+v", all)
			}
			if all[0].Sentence == "" || all[0].In("de").Sentence == all[0].Sentence {
				d.Errorf("sentence: %q", all[0].Sentence)
			}
			d.Log(all[0].Sentence)
			return all[0].State
		}
		want := func(what string, got, want models.DriftState) {
			d.Helper()
			if got != want {
				d.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		d.sentences(random, english, 200)
		want("at first", state(), models.DriftUnknown)
		d.sentences(random, english, 200) // the measure is of whole batches
		want("with all of the measure", state(), models.DriftUnknown)
		d.sentences(random, english, 150)
		want("on the same day", state(), models.DriftStable)
		for range 3 {
			d.clock.Advance(24 * time.Hour)
			d.sentences(random, english, 120)
			want("on an ordinary day", state(), models.DriftStable)
		}
		d.clock.Advance(24 * time.Hour)
		d.sentences(random, finnish, 99)
		want("with too few comments of the day", state(), models.DriftStable)
		d.sentences(random, finnish, 101)
		for range 3 {
			want("with another language", state(), models.DriftDrifting)
		}
		drifts := 0
		for _, e := range n.published {
			if e.Kind == models.Drift && e.Site == "gazette" {
				drifts++
			}
		}
		if drifts != 1 {
			d.Errorf("people were told %d times", drifts)
		}
	})
}
