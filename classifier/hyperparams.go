package classifier

import "winnow/models"

// variant is one way to fit a head. Link spam, which repeats its phrases, and
// abuse need different ones, so several are fitted and stacked.
type variant struct {
	cost       float64 // C: of a misclassified row, relative to the L2 penalty
	bayesScale float64 // share of a feature's scale that its naive Bayes log ratio decides, 0 to 1
}

// hyperparams say how the weights of a head are fitted.
type hyperparams struct {
	maxEpochs     int
	variants      []variant
	blockScale    [blocks]float64 // what the weights of a block are multiplied by
	priorWeight   float64         // share of intentPriors that the fit starts from
	intentScale   float64         // feature scale of intents; it is about 1 for other terms
	augmentedCost float64         // what the cost of augmented rows is multiplied by
}

// The hyperparameters were chosen by hand with cmd/accuracy on public label sets.
// See forDomainShift for those that are missing here. Abuse shows in parts of
// words more than in words.
var (
	spamHyperparams = hyperparams{
		maxEpochs:     20,
		variants:      []variant{{10, 0}, {1, 0.5}, {10, 0.5}},
		blockScale:    [blocks]float64{1, 1, 0.5, 1},
		augmentedCost: 0.3,
	}
	abuseHyperparams = hyperparams{
		maxEpochs:     20,
		variants:      []variant{{10, 0}, {1, 0.5}, {10, 0.5}},
		blockScale:    [blocks]float64{0.7, 1.5, 0.5, 1},
		augmentedCost: 1,
	}
)

// forDomainShift sets how much the fit relies on the priors of intents. Labels
// that are like the next comments know better what an intent means there than
// the priors do: without a shift 20 % of a prior is used, and the labels change
// the weight like any other (feature scale 1). With a shift of 1 the whole prior
// is used, and the labels change it little (0.4). The values at both ends were
// chosen by hand with cmd/accuracy, from its tables "accuracy" (no shift) and
// "cold" (shift of 1); a straight line joins them.
func (p *hyperparams) forDomainShift(shift float64) {
	p.blockScale[intentBlock] = 0.2 + 0.8*shift
	p.priorWeight = 0.2 + 0.8*shift
	p.intentScale = 1 - 0.6*shift
}

// epochs returns how often the rows are gone over: the more rows there are, the
// fewer epochs the weights need to converge.
func (p hyperparams) epochs(rows int) int { return min(p.maxEpochs, 6+200_000/max(rows, 1)) }

// domainShift estimates how much the next comments will differ from the labels,
// from 0 to 1. It is 0 for 100 labels or more from at most seven sources, rises
// with every further source to 1 at eleven, and rises to 1 as labels get fewer.
// A starter model is made for other sites than its labels came from: always 1 for spam,
// whose words are those of a campaign. Insults are the same words everywhere: always 0.
func (t *trainer) domainShift(class models.Class) float64 {
	switch {
	case t.opt.Starter && class == models.Spam:
		return 1
	case t.opt.Starter:
		return 0
	}
	manySources, fewRows := float64(len(t.sources.names)-7)/4, 1-float64(t.manifest.Rows)/100
	return min(max(manySources, fewRows, 0), 1)
}
