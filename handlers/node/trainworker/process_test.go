package trainworker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"

	"winnow/classifier"
	"winnow/models"
)

// runAsServer makes this test binary a server that trains until it is killed.
const runAsServer = "server"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case Command:
			if err := Main(context.Background(), os.Stdin, os.Stdout); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		case runAsServer:
			_, _, err := Train(context.Background(), worker(), Data{Labels: labels(1_000_000, models.Ham, models.Spam)}, func(done, total int) { fmt.Println(done, total) })
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	AtLowPriority = false
	os.Exit(m.Run())
}

func worker() []string { return []string{os.Args[0], Command} }

// labels yields n labels, of the classes in turns.
func labels(n int, classes ...models.Class) iter.Seq2[models.Label, error] {
	words := map[models.Class]string{models.Ham: "the council voted on the bridge", models.Spam: "cheap watches click now"}
	return func(yield func(models.Label, error) bool) {
		for i := range n {
			class := classes[i%len(classes)]
			text := fmt.Sprintf("%s, remark %d of week %d", words[class], i, i%97)
			if !yield(models.Label{Text: text, Label: class, AuthorEmail: "reader@example.com", Site: "gazette"}, nil) {
				return
			}
		}
	}
}

func TestTrainReturnsTheModel(t *testing.T) {
	t.Setenv("WINNOW_SECRET", "must not reach the process")
	last := [2]int{}
	m, data, err := Train(t.Context(), worker(), Data{Labels: labels(4000, models.Ham, models.Spam)}, func(done, total int) { last = [2]int{done, total} })
	if err != nil {
		t.Fatal(err)
	}
	if f := m.Manifest(); f.Sites["gazette"].Ham != 2000 || f.Sites["gazette"].Spam != 2000 || f.Base == "" || len(data) == 0 {
		t.Errorf("a model of %d bytes by %+v", len(data), f)
	}
	if last[0] < 0 || last[0] > last[1] && last[1] > 0 {
		t.Errorf("the last progress was %v", last)
	}
}

func TestEnvironmentHasNoSettingsOfTheServer(t *testing.T) {
	got := strings.Join(environment([]string{"PATH=/bin", "WINNOW_DATABASE=postgres://u:p@h/d", "TMPDIR=/x"}), " ")
	if want := "PATH=/bin TMPDIR=/x " + strings.Join(limits, " "); got != want {
		t.Errorf("the variables are %s, not %s", got, want)
	}
}

func TestTrainFails(t *testing.T) {
	broken := errors.New("the database is gone")
	never := func(int, int) {}
	for name, test := range map[string]struct {
		command []string
		labels  iter.Seq2[models.Label, error]
		kind    models.Kind
		want    string
	}{
		"with labels of one class": {worker(), labels(100, models.Ham), models.KindInvalid, "spam"},
		"when the labels end with an error": {worker(), func(yield func(models.Label, error) bool) {
			for l := range labels(10, models.Ham, models.Spam) {
				yield(l, nil)
			}
			yield(models.Label{}, broken)
		}, models.KindInternal, broken.Error()},
		"when the process cannot start": {[]string{"/nowhere/winnow"}, labels(10, models.Ham, models.Spam), models.KindInternal, "start the training process"},
		"when the process dies":         {[]string{"sh", "-c", "echo out of memory >&2; exit 3"}, labels(10, models.Ham, models.Spam), models.KindInternal, "out of memory"},
		"when it writes something else": {[]string{"sh", "-c", "echo hello; exec sleep 100"}, labels(10, models.Ham, models.Spam), models.KindInternal, "hello"},
	} {
		t.Run(name, func(t *testing.T) {
			m, _, err := Train(t.Context(), test.command, Data{Labels: test.labels}, never)
			if m != nil || models.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestTruncatedInputIsNotTrainedOn(t *testing.T) {
	for _, lines := range []string{
		`{"label":{"text":"a","label":"ham"}} {"label":{"text":"b","label":"spam"}}`,
		`{"settings":{}} {"label":{"text":"a","label":"ham"}} {"label":{"text":"b","label":"spam"}}`,
		`{"settings":{}} {"label":{"text":"a","label":"ham"}} {"label":{"text":"b","label":"spam"}} {"labels_end":true} {"sample":{"Site":"gazette"}}`,
	} {
		var out strings.Builder
		if err := Main(t.Context(), strings.NewReader(lines), &out); err == nil || !strings.Contains(out.String(), `"error"`) {
			t.Errorf("the error is %v, the output %s", err, out.String())
		}
	}
}

// traffic yields n comments of a site, of which one in twenty is spam.
func traffic(n int) iter.Seq2[classifier.Sample, error] {
	return func(yield func(classifier.Sample, error) bool) {
		i := 0
		for l := range labels(2*n, models.Ham, models.Spam) {
			i++
			if (i%2 == 0) == (i%40 < 2) {
				if !yield(classifier.Sample{Input: classifier.FromLabel(l), Site: l.Site}, nil) {
					return
				}
			}
		}
	}
}

func TestTrafficAndBudgetsReachTheTraining(t *testing.T) {
	m, _, err := Train(t.Context(), worker(), Data{
		Labels: labels(1000, models.Ham, models.Spam), Traffic: traffic(500), HoldBudgets: map[string]float64{"gazette": 0.1},
	}, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	f := m.Manifest()
	if f.Traffic == nil || f.Traffic.Comments < 400 || f.Traffic.Sites["gazette"] != f.Traffic.Comments || f.HoldBudgets["gazette"] != 0.1 {
		t.Errorf("traffic %+v, budgets %v", f.Traffic, f.HoldBudgets)
	}
	gone := errors.New("the database is gone")
	broken := func(yield func(classifier.Sample, error) bool) { yield(classifier.Sample{}, gone) }
	if _, _, err := Train(t.Context(), worker(), Data{Labels: labels(100, models.Ham, models.Spam), Traffic: broken}, func(int, int) {}); !errors.Is(err, gone) {
		t.Errorf("the error is %v", err)
	}
}
