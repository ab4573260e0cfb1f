package trainworker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"

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
			_, _, err := Train(context.Background(), worker(), labels(1_000_000, models.Ham, models.Spam), func(done, total int) { fmt.Println(done, total) })
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
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
	m, data, err := Train(t.Context(), worker(), labels(4000, models.Ham, models.Spam), func(done, total int) { last = [2]int{done, total} })
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
			m, _, err := Train(t.Context(), test.command, test.labels, never)
			if m != nil || models.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestTruncatedLabelsAreNotTrainedOn(t *testing.T) {
	var out strings.Builder
	in := strings.NewReader(`{"label":{"text":"a","label":"ham"}}` + "\n" + `{"label":{"text":"b","label":"spam"}}` + "\n")
	if err := Main(t.Context(), in, &out); err == nil || !strings.Contains(out.String(), `"error"`) {
		t.Errorf("the error is %v, the output %s", err, out.String())
	}
}
