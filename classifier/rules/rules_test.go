package rules_test

import (
	"fmt"
	"testing"

	"winnow/classifier/rules"
	"winnow/classifier/text"
	"winnow/models"
)

func TestSmoke(t *testing.T) {
	zero := 0
	s, err := rules.Compile(models.Rules{
		BlockedWords:   models.BlockedWords{Words: []string{"idiot*", "buy now", "加微信", "🍆"}},
		SuspectWords:   models.SuspectWords{Words: []string{"crypto"}, Weight: 1},
		BlockedDomains: models.BlockedDomains{Domains: []string{"evil.example", "bücher.example"}},
		Links:          models.LinkRules{Max: &zero, Allowed: []string{"good.example"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var f text.Folded
	for _, in := range []string{
		"What an Idiotic thing", "Buy — NOW crypto", "请加微信吧", "eat 🍆", "http://good.example@evil.example/x",
		"see http://Bücher.example:80/", "https://sub.good.example/a ok", "go www.foo.com", "mail me a@sub.evil.example",
	} {
		f.Fold(in)
		fmt.Printf("%s: %+v\n", in, s.Apply(rules.Context{Body: &f, Doc: text.Doc{Text: in}}))
	}
}
