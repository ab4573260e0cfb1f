package classifier

// priors are what calls weigh before a model has learned anything, in natural
// log odds of spam: what a person who moderates comments would say of one who
// asks this and nothing else. Labels move them. In long texts all sorts of
// things are asked, and nothing is expected of it. See features.Scanner.Name.
var priors = map[string]float32{
	"mine": 8, "promote": 6, "follow": 6, "earn": 6,
	"loan": 4, "pharmacy": 4, "gamble": 4, "dating": 4, "ranking": 4, "contact": 4,
	"act": 3, "prize": 3, "donate": 3, "crypto": 2, "beg": 2, "flatter": 0.6,
	"link:short": 8, "link:medium": 3, "reach:short": 4, "reach:medium": 2,
	"some:short": 2, "some:link": 3, "several:2": 2, "several:3": 4, "several:4": 6,
}
