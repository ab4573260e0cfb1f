package classifier

import (
	"testing"

	"winnow/models"
)

func TestStarterKnowsAuthorsWhoAdvertise(t *testing.T) {
	m, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		text, author, home string
		want               models.Action
	}{
		{"Very good article!", "Buy Cheap Viagra Online https://x.top", "", models.Hold},
		{"Very good article!", "Buy Cheap Viagra Online", "", models.Hold},
		{"Great post, thanks for sharing.", "Payday Loans", "https://fastpaydayloans.net", models.Hold},
		{"I was looking for this for a long time.", "pet adoption", "http://www.elecolo.example/", models.Hold},
		{"Very good article!", "ставки на спорт", "https://stavki-bonus.ru", models.Hold},
		{"Very good article!", "Jane Miller", "https://jane-miller.example", models.Approve},
		{"Thanks for this, I learned a lot about bees.", "Hannah Weiss", "https://hannahs-garten.example", models.Approve},
		{"My children walk to school along that road every morning.", "Loan Nguyen", "", models.Approve},
		{"What an odd headline for such a serious subject.", "Bill Price", "https://billprice.example", models.Approve},
		{"They play better without a manager, that is the truth.", "Casino Royale fan", "", models.Approve},
	} {
		v := m.Verdict(Input{Text: test.text, Author: test.author, AuthorURL: test.home}, Policy{})
		if v.Action != test.want {
			t.Errorf("%q by %q, %s: %s at %.2f, want %s; %v", test.text, test.author, test.home, v.Action, *v.Spam, test.want, v.Signals)
		}
	}
}

func TestStarterPublishesCitedLinks(t *testing.T) {
	m, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]models.Action{
		"According to the BBC the council knew about the cracks two years ago, see https://www.bbc.co.uk/news/uk-england-devon-61234567":     models.Approve,
		"For those who do not know the history, https://en.wikipedia.org/wiki/Great_Smog_of_London explains why the law was passed.":         models.Approve,
		"The ruling is public and worth reading in full: https://www.supremecourt.uk/cases/uksc-2021-0098.html It says nothing of the kind.": models.Approve,
		"Do my homework for me? Yes, tutors day and night at homeworkgenie.top":                                                              models.Hold,
		"Click here https://casinobonus.example/free/spins/today and earn money from home":                                                   models.Hold,
	} {
		if v := m.Verdict(Input{Text: text, Author: "Kim"}, Policy{}); v.Action != want {
			t.Errorf("%q: %s at %.2f, want %s; %v", text, v.Action, *v.Spam, want, v.Signals)
		}
	}
}
