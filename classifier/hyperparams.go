package classifier

// variant is one way to fit a head. What suits link spam with its repeated
// phrases does not suit abuse, so several are fitted and stacked.
type variant struct {
	cost       float64 // of a mistake, against large weights
	bayesScale float64 // how much the naive Bayes log ratio of a token says about the room its weight gets, 0 to 1
}

// recipe is how the weights of a head are fitted.
type hyperparams struct {
	maxEpochs     int // rounds over the rows, for few of them
	variants      []variant
	blockScale    [blocks]float64 // how much a block may carry
	priorWeight   float64         // share of the priors that calls set out with
	intentScale   float64         // room of the weight of a call about its prior; another's is about 1
	augmentedCost float64         // what a mistake on a disguised copy costs against one on the original
}

// rounds is how often the rows are gone over. The more there are, the fewer
// rounds bring the weights to rest.
func (p hyperparams) epochs(rows int) int { return min(p.maxEpochs, 6+200_000/max(rows, 1)) }

var defaultHyperparams = hyperparams{
	maxEpochs:     20,
	variants:      []variant{{10, 0}, {1, 0.5}, {10, 0.5}},
	blockScale:    [blocks]float64{1, 1, 0.5, 1},
	augmentedCost: 1,
}

// variety is how likely it is that the next comments are unlike the labels: 0
// for some hundred labels of up to four sources, 1 for twenty sources or hardly
// any label, and for a model that is made for other places than its labels.
func (t *trainer) domainShift() float64 {
	if t.opt.Starter {
		return 1
	}
	sources, fewRows := float64(len(t.sources.names)-4)/16, 1-float64(t.manifest.Rows)/150
	return min(max(sources, fewRows, 0), 1)
}
