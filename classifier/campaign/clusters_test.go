package campaign

import (
	"fmt"
	"testing"

	"winnow/classifier/text/features"
)

func TestClustersJoinNearCopies(t *testing.T) {
	var c Clusters
	var scanner features.Scanner
	cluster := func(text string) int {
		tokens := scanner.Scan(features.Doc{Text: text})
		id, _ := c.Add(&scanner.Body, tokens)
		return id
	}
	first := cluster("My cousin earned four hundred dollars last week with this easy method, write to anna77")
	for i := range 20 {
		copied := fmt.Sprintf("My cousin earned four hundred dollars last week with this easy method, write to maria%d!!", i)
		if id := cluster(copied); id != first {
			t.Errorf("%q is in cluster %d, its original in %d", copied, id, first)
		}
	}
	other := cluster("The council closed the old bridge in April and nobody has heard of a date for its repair")
	if other == first {
		t.Error("another text is in the same cluster")
	}
	if short := cluster("Thank you!"); short != cluster("thank you!") || short == first || short == other {
		t.Error("equal short texts must be one cluster of their own")
	}
	if cluster("Thank you!") == cluster("Thanks a lot!") {
		t.Error("different short texts share a cluster")
	}
	if c.Len() != 4 {
		t.Errorf("%d clusters", c.Len())
	}
}

// Copies in which every fifth word is another one, also short ones, are never learned
// from while their original is scored; unrelated comments stay apart.
func TestLooseClustersJoinVariedCopies(t *testing.T) {
	c := Clusters{Loose: true}
	var scanner features.Scanner
	cluster := func(text string) int {
		tokens := scanner.Scan(features.Doc{Text: text})
		id, _ := c.Add(&scanner.Body, tokens)
		return id
	}
	for _, texts := range [][]string{
		{
			"The council closed the old bridge in April and nobody has heard of a date for its repair",
			"The council closed the green bridge in April and nobody has apples of a date for its harbour",
			"The window closed the old bridge quickly April and nobody has heard of a coat for its repair",
		},
		{"Earn money from your sofa now", "Earn money from your kitchen now"},
		{"Who pays for that again?", "Who pays for those again?"},
	} {
		first := cluster(texts[0])
		if first != c.Len()-1 {
			t.Errorf("%q is in a cluster of another text", texts[0])
		}
		for _, text := range texts[1:] {
			if id := cluster(text); id != first {
				t.Errorf("%q is in cluster %d, its original in %d", text, id, first)
			}
		}
	}
}
