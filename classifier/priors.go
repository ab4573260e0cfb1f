package classifier

import (
	"slices"

	"winnow/classifier/text/features"
)

// intentPriors are the weights of intents before any label, in natural log odds
// of spam: a moderator's estimate for a comment that has this intent and nothing
// else. Labels change them. The keys are names of tokens of kind features.Intent, see
// features.Scanner.Name. Intents of long texts have other names ("act:long") and no
// prior, because long texts mention many things.
var intentPriors = map[string]float32{
	"mine": 8, "promote": 6, "follow": 6, "earn": 6,
	"loan": 4, "pharmacy": 4, "gamble": 4, "dating": 4, "ranking": 4, "contact": 4,
	"act": 3, "prize": 3, "donate": 3, "crypto": 2, "beg": 2, "flatter": 0.6,
	"link:short": 8, "link:medium": 3, "reach:short": 4, "reach:medium": 2,
	"business": 1, "terms": 1, "testify": 1, "rescue": 1, "job": 0.5, "pitch:2": 3, "pitch:3": 6, "pitch:4": 8, "pitch:5": 10, "pitch:long": 3,
	"link:promoted": 6, "link:named": 2, "link:cited": 0.5, "link:trusted": -0.5,
	"sale:4": 3, "sale:5": 6, "sale:6": 8, "sale:7": 10, "scheme:3": 4, "scheme:4": 8,
	"some:short": 2, "some:link": 3, "several:2": 2, "several:3": 4, "several:4": 6,

	"author:offer": 5, "author:keywords": 11, "author:pitch": 7, "author:contact": 7, "author:link": 12, "author:phone": 8, "author:sentence": 2, "author:throwaway": 1.5,
	"author:home:offer": 8, "author:home:keywords": 8, "author:home:tld": 4, "author:home:shortener": 7, "author:home:messenger": 6,
	"author:home:topic": 10, "author:home:text": 4, "author:home:flatter": 3, "author:home:own": -1,
}

// baseTransfer is what the base model's weights are multiplied by to become
// priors. Weights of intents are taken as they are, because intents mean the same
// on other sites; words do so less. Chosen by hand with cmd/accuracy, table "cold".
const baseTransfer = 0.1

// addPriors gives the vocabulary the priors of the intents and of the base model.
func (t *trainer) addPriors() {
	intents := map[uint64]bool{}
	for name, weight := range intentPriors {
		hash := features.Hash(features.Intent, name)
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
			t.vocabulary.addPrior(term{hash: s.hash, prior: prior, base: s.weight})
		}
	}
	t.manifest.Base = t.opt.Base.version
	t.manifest.Datasets = append(slices.Clone(t.manifest.Datasets), t.opt.Base.manifest.Datasets...)
}
