package gate

import (
	"iter"

	"winnow/classifier"
	"winnow/models"
)

// Evidence is what two models are compared on. Each part may be nil; what cannot be
// compared then is in the notes of the report.
type Evidence struct {
	// Labels are those of the installation, oldest first. The candidate may have
	// learned from them.
	Labels iter.Seq2[models.Label, error]
	// HeldOut are labels that the candidate has not learned from, oldest first.
	// They may be among Labels as well.
	HeldOut iter.Seq2[models.Label, error]
	// Traffic are the last comments of all sites, newest first.
	Traffic iter.Seq2[classifier.Sample, error]
	// Golden are the examples that a newsroom wants to keep their class.
	Golden iter.Seq2[models.Label, error]
	// Policy returns the settings of a site; nil: those of the models.
	Policy func(site string) classifier.Policy
	// Trusts has, by site, what classifier.Input.Trusts is for its comments.
	Trusts map[string]func(host string) bool
}

func (ev *Evidence) policy(site string) classifier.Policy {
	if ev.Policy == nil {
		return classifier.Policy{Site: site}
	}
	p := ev.Policy(site)
	p.Inspect = nil
	return p
}

// Limits say how much worse than the live model a candidate may be. A zero field
// stands for its default. Shares are from 0 to 1.
type Limits struct {
	MinHam      int                // held-out labels of ham that a comparison needs, and labels of ham that a candidate must have learned from, near-copies once; default 20
	MinClass    int                // the same for spam or abuse; default 20
	MinSlice    int                // labels of a language, site or source that are compared by themselves; default 30
	MinTraffic  int                // comments that a hold budget needs: of fewer, no share can be told; default 100
	HoldBudget  float64            // share of what is neither spam nor abuse that may be held; default 0.02
	HoldBudgets map[string]float64 // the same for the sites that have their own
	FalseAlarms float64            // share of the ham labels that may be held; default 1.5 times the mean of the budgets, because labels are harder than traffic
	FalseReject float64            // share of the ham labels that may be rejected; default 0.002
	RecallLoss  float64            // share of the spam, or abuse, that may be passed beyond what live passes; default 0.02
	Calibration float64            // difference between the mean probability and the share of spam; default 0.05
	Language    float64            // total variation distance between the languages of labels and traffic; default 0.5
	Copies      float64            // share of the labels of a class that may be near-copies of one text; default 0.5
	Alpha       float64            // level of significance of each test; default 0.05
	Labels      int                // how many labels are compared, the newest; default 20,000
	Traffic     int                // how many comments are compared, the newest; default 1,000, at most 100,000
}

const maxTraffic = 100_000

// budget returns the hold budget of a site. At its limits nothing could be tested.
func (l Limits) budget(site string) float64 {
	budget, ok := l.HoldBudgets[site]
	if !ok {
		budget = l.HoldBudget
	}
	return min(max(budget, 0.0001), 1)
}

// alarmsPerBudget is what the mean of the hold budgets is multiplied by for labels of
// ham: they are harder than traffic.
const alarmsPerBudget = 1.5

// setFalseAlarms sets the default of FalseAlarms, from the sites of the ham labels.
func (l *Limits) setFalseAlarms(clusters []*cluster) {
	if l.FalseAlarms > 0 {
		return
	}
	sum, n := 0.0, 0
	for _, cl := range clusters {
		if !cl.bad() {
			sum += l.budget(cl.Site)
			n++
		}
	}
	if n == 0 {
		sum, n = l.HoldBudget, 1
	}
	l.FalseAlarms = min(alarmsPerBudget*sum/float64(n), 1)
}

func (l Limits) withDefaults() Limits {
	number := func(p *int, value int) {
		if *p <= 0 {
			*p = value
		}
	}
	share := func(p *float64, value float64) {
		if *p <= 0 {
			*p = value
		}
	}
	number(&l.MinHam, 20)
	number(&l.MinClass, 20)
	number(&l.MinSlice, 30)
	number(&l.MinTraffic, 100)
	share(&l.HoldBudget, models.DefaultHoldBudget)
	share(&l.FalseReject, 0.002)
	share(&l.RecallLoss, 0.02)
	share(&l.Calibration, 0.05)
	share(&l.Language, 0.5)
	share(&l.Copies, 0.5)
	share(&l.Alpha, 0.05)
	number(&l.Labels, 20_000)
	number(&l.Traffic, 1000)
	l.Traffic = min(l.Traffic, maxTraffic)
	return l
}
