package screening

import (
	"fmt"
	"testing"
	"time"
)

func TestAttackDetector(t *testing.T) {
	monday := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	// spam is some comments that are spam, spread evenly over a time.
	type spam struct {
		count int
		over  time.Duration
	}
	day := func(n int) []spam { // some in each window of a day
		var all []spam
		for range attackMemory {
			all = append(all, spam{n, attackWindow})
		}
		return all
	}
	for name, test := range map[string]struct {
		spam  []spam
		later time.Duration
		want  bool
	}{
		"a site without spam is not under attack":              {nil, 0, false},
		"19 within ten minutes are not enough":                 {[]spam{{19, attackWindow}}, 0, false},
		"20 within ten minutes are":                            {[]spam{{20, attackWindow / 2}}, 0, true},
		"20 within an hour are not":                            {[]spam{{20, time.Hour}}, 0, false},
		"the attack lasts while there is an hour without more": {[]spam{{20, attackWindow / 2}}, AttackDuration - attackWindow/2 - time.Second, true},
		"and is over then":                                     {[]spam{{20, attackWindow / 2}}, AttackDuration + time.Second, false},
		"what is usual on a site is no attack":                 {append(day(15), spam{40, attackWindow}), 0, false},
		"five times of it are":                                 {append(day(15), spam{200, attackWindow}), 0, true},
		"after a week without spam the floor applies again":    {append(day(15), spam{0, 7 * 24 * time.Hour}, spam{25, attackWindow / 2}), 0, true},
		"a long attack does not become usual at once":          {[]spam{{100, attackWindow}, {100, attackWindow}, {100, attackWindow}, {100, attackWindow}}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			var d AttackDetector
			now, n := monday, 0
			for _, s := range test.spam {
				for range s.count {
					now = now.Add(s.over / time.Duration(s.count))
					d.Count("gazette", fmt.Sprint("household ", n/maxOfSender), now)
					n++
				}
				if s.count == 0 {
					now = now.Add(s.over)
				}
			}
			if got := d.UnderAttack("gazette", now.Add(test.later)); got != test.want {
				t.Errorf("under attack: %v, want %v", got, test.want)
			}
			if d.UnderAttack("tribune", now) {
				t.Error("another site is under attack too")
			}
		})
	}
}

func TestOneHouseholdIsNoAttack(t *testing.T) {
	var d AttackDetector
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	for range 100 {
		now = now.Add(time.Second)
		d.Count("gazette", "192.0.2.7", now)
	}
	if d.UnderAttack("gazette", now) {
		t.Error("a hundred comments of one household count as an attack")
	}
}

func TestNodesAreToldOnceThatAnAttackBegins(t *testing.T) {
	var here, there AttackDetector
	now, told := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), 0
	for range 100 {
		now = now.Add(time.Second)
		if here.Count("gazette", "", now) {
			there.Begin("gazette", now)
			told++
		}
	}
	if told != 1 || !there.UnderAttack("gazette", now) {
		t.Errorf("told %d times; the other node knows: %v", told, there.UnderAttack("gazette", now))
	}
}
