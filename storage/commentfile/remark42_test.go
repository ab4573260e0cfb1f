package commentfile

import "testing"

// TestIDsMadeOfNames has the ids that Remark42 gives to comments which it has imported
// itself: what it hashes is the name of an account or that of a stranger.
func TestIDsMadeOfNames(t *testing.T) {
	for id, want := range map[string]bool{
		"anonymous_5c3cb098d52deb3f67e97b7fba960c4cf6880461": true, // of Ada
		"wordpress_5c3cb098d52deb3f67e97b7fba960c4cf6880461": true,
		"disqus_5c3cb098d52deb3f67e97b7fba960c4cf6880461":    true,
		"disqus_a8ef47bb928210c95484aa7b5ff58f55d62e33a5":    false, // of ada_l, an account whose name is shown as Ada
		"commento_0a92fab3230134cca6eadd9898325b9b2ae67998":  true,  // of anonymous
		"commento_a8ef47bb928210c95484aa7b5ff58f55d62e33a5":  false,
		"github_5c3cb098d52deb3f67e97b7fba960c4cf6880461":    false,
		"": false,
	} {
		if got := madeOfName(Author{Key: id, Name: "Ada"}); got != want {
			t.Errorf("%q is made of the name Ada: %t, want %t", id, got, want)
		}
	}
}
