package classifier

import (
	"slices"

	"winnow/classifier/text"
)

// priors are what calls weigh before a model has learned anything, in natural
// log odds of spam: what a person who moderates comments would say of one who
// asks this and nothing else. Labels move them. In long texts all sorts of
// things are asked, and nothing is expected of it. See text.Scanner.Name.
var intentPriors = map[string]float32{
	"mine": 8, "promote": 6, "follow": 6, "earn": 6,
	"loan": 4, "pharmacy": 4, "gamble": 4, "dating": 4, "ranking": 4, "contact": 4,
	"act": 3, "prize": 3, "donate": 3, "crypto": 2, "beg": 2, "flatter": 0.6,
	"link:short": 8, "link:medium": 3, "reach:short": 4, "reach:medium": 2,
	"some:short": 2, "some:link": 3, "several:2": 2, "several:3": 4, "several:4": 6,
}

// carried is how much of what the base says a new model expects: the words of
// other places carry over less than what comments ask for.
const baseTransfer = 0.2

// expect tells the vocabulary what is known before the first label.
func (t *trainer) addPriors() {
	intents := map[uint64]bool{}
	for name, weight := range intentPriors {
		hash := text.Hash(text.Call, name)
		intents[hash] = true
		t.vocabulary.addPrior(term{hash: hash, block: intentBlock, prior: [heads]float32{spamHead: weight}, required: true})
	}
	if t.opt.Base == nil {
		return
	}
	for _, s := range t.opt.Base.features.slots {
		if s.hash != 0 {
			prior := s.weight
			if !intents[s.hash] {
				for h := range prior {
					prior[h] *= baseTransfer
				}
			}
			t.vocabulary.addPrior(term{hash: s.hash, prior: prior})
		}
	}
	t.manifest.Base = t.opt.Base.version
	t.manifest.Datasets = append(slices.Clone(t.manifest.Datasets), t.opt.Base.manifest.Datasets...)
}
