package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"winnow/models"
)

// postsPerSecond is how many comments arrive beside a training.
const postsPerSecond = 300

// measureTraining measures how long posts take alone, and while the server trains a model
// with the labels of a file.
func measureTraining(ctx context.Context, o options, target *testServer) error {
	if _, err := o.program.Run(ctx, "", "import", "labels", o.labels); err != nil {
		return err
	}
	alone, err := target.postSteadily(ctx, func() (bool, error) { return false, nil }, o.duration)
	if err != nil {
		return err
	}
	if _, err := target.server.Call(ctx, http.MethodPost, "/v1/models/train", target.token, nil, nil); err != nil {
		return err
	}
	begun := time.Now()
	var last *models.Training
	beside, err := target.postSteadily(ctx, func() (bool, error) {
		var state struct {
			Training *models.Training `json:"training"`
		}
		_, err := target.server.Call(ctx, http.MethodGet, "/v1/models", target.token, nil, &state)
		last = state.Training
		return last != nil && last.State == models.TrainingRunning, err
	}, 0)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "posts\tp50\tp99\tmax\tcount\t")
	for _, m := range []struct {
		name string
		took []time.Duration
	}{{"alone", alone}, {"beside a training", beside}} {
		slices.Sort(m.took)
		at := func(share float64) time.Duration {
			return m.took[int(share*float64(len(m.took)-1))].Round(10 * time.Microsecond)
		}
		fmt.Fprintf(w, "%s\t%v\t%v\t%v\t%d\t\n", m.name, at(.5), at(.99), at(1), len(m.took))
	}
	fmt.Fprintf(w, "the training\t\t\t%v\t%s\t\n", time.Since(begun).Round(time.Second), last.State)
	return w.Flush()
}

// postSteadily posts comments at a rate that does not depend on the replies, for as long as
// goOn, asked once a second, says, and at least for a duration. A reply counts from when its post
// was due.
func (d *testServer) postSteadily(ctx context.Context, goOn func() (bool, error), atLeast time.Duration) (took []time.Duration, err error) {
	var group sync.WaitGroup
	var mu sync.Mutex // of took and err
	begun, posts := time.Now(), 0
	for more := true; more; {
		for range postsPerSecond {
			due, n := begun.Add(time.Duration(posts)*time.Second/postsPerSecond), posts
			time.Sleep(time.Until(due))
			group.Go(func() {
				_, failed := d.post(ctx, d.key, fmt.Sprint("steady", n%100), n)
				mu.Lock()
				defer mu.Unlock()
				took, err = append(took, time.Since(due)), cmp.Or(err, failed)
			})
			posts++
		}
		on, failed := goOn()
		mu.Lock()
		err = cmp.Or(err, failed)
		more = err == nil && (on || time.Since(begun) < atLeast)
		mu.Unlock()
	}
	group.Wait()
	return took, err
}
