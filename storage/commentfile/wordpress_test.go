package commentfile_test

import (
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage/commentfile"
)

func TestCommentsOnHiddenPostsWait(t *testing.T) {
	for fields, want := range map[string]models.Status{
		"": models.Approved,
		"<wp:status>publish</wp:status><wp:post_password></wp:post_password>":       models.Approved,
		"<wp:status>inherit</wp:status>":                                            models.Approved,
		"<wp:status>private</wp:status>":                                            models.Pending,
		"<wp:status>draft</wp:status>":                                              models.Pending,
		"<wp:status>publish</wp:status><wp:post_password>secret</wp:post_password>": models.Pending,
	} {
		in := strings.NewReader(wxrHead + fields + wxrComment("1", "a") + wxrTail)
		var got []models.Status
		for r, err := range format(t, "wordpress").Read(t.Context(), commentfile.Source{Name: "text", In: in}, commentfile.TableOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Comment != nil {
				got = append(got, r.Comment.Status)
			}
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", fields, got, want)
		}
	}
}
