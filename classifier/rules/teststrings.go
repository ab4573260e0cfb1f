package rules

import (
	"strings"

	"winnow/classifier/text/features"
	"winnow/models"
)

// What other filters take as spam for certain, so that those who install them can
// see them work: the author's name and e-mail address of Akismet, and the text of
// the Generic Test for Unsolicited Bulk Email (https://spamassassin.apache.org/gtube/).
const (
	testName  = "viagra-test-123"
	testEmail = "akismet-guaranteed-spam@example.com"
	gtube     = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
)

// testWeight makes the probability of spam 1 beside any opinion of a model.
const testWeight = 20

// ApplyTestString makes the verdict on a test string a rejection as spam, and
// returns the signal that says so.
func ApplyTestString(v *models.Verdict, d features.Doc) (models.Signal, bool) {
	found := ""
	switch {
	case strings.EqualFold(d.Author, testName):
		found = testName
	case strings.EqualFold(d.AuthorEmail, testEmail):
		found = testEmail
	case strings.Contains(d.Text, gtube):
		found = "GTUBE"
	default:
		return models.Signal{}, false
	}
	v.Action, v.Reason = models.Reject, models.ReasonSpam
	return models.Signal{Name: "rule:test-string", Weight: testWeight, Detail: found, Action: models.Reject}, true
}
