// Command growth shows whether what readers and moderators wait for costs more
// in a large store than in a small one. It starts the real binary on two
// databases that cmd/fill has made, drives both in turns within the same run,
// and prints the median time of each operation, and how much longer the large
// store took. What it decides and claims it takes back; what it posts stays.
//
//	go run ./cmd/fill --database sqlite:small.db --comments 10000 --pending 1000
//	go run ./cmd/fill --database sqlite:large.db --comments 10000000
//	go run ./cmd/growth --small sqlite:small.db --large sqlite:large.db
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"time"

	"winnow/cmd/internal/running"
)

// options are what the command line says.
type options struct {
	winnow       string
	small, large string
	turns        int
	only         string
}

// crowds are the numbers of connections that are driven at once, with the
// requests of each in a turn.
var loads = []struct{ connections, requests int }{{1, 10}, {16, 4}}

func main() {
	var o options
	flag.StringVar(&o.winnow, "winnow", "", "the binary to measure (default: built from ./cmd/winnow)")
	flag.StringVar(&o.small, "small", "", "database with few comments")
	flag.StringVar(&o.large, "large", "", "database with many")
	flag.IntVar(&o.turns, "turns", 20, "turns of each operation on each database")
	flag.StringVar(&o.only, "only", "", "regular expression of the operations to measure")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	if o.winnow == "" {
		dir, err := os.MkdirTemp("", "winnow-growth-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if o.winnow, err = running.Build(ctx, dir); err != nil {
			return err
		}
	}
	var desks [2]*testServer
	for i, database := range []string{o.small, o.large} {
		begun := time.Now()
		if desks[i], err = startServer(ctx, running.Program{Binary: o.winnow, Database: database}); err != nil {
			return err
		}
		defer desks[i].server.Stop()
		fmt.Printf("ready after %v: %d sites, %d comments known\n", time.Since(begun).Round(time.Millisecond), len(desks[i].sites), len(desks[i].anyAge))
	}
	fmt.Printf("%-32s", "median µs")
	for _, c := range loads {
		fmt.Printf("%8d× small%9s%7s", c.connections, "large", "ratio")
	}
	fmt.Println()
	for _, op := range operations {
		if !only.MatchString(op.name) {
			continue
		}
		fmt.Printf("%-32s", op.name)
		for _, c := range loads {
			small, large, err := compare(ctx, desks, op, c.connections, c.requests, o.turns)
			if err != nil {
				return fmt.Errorf("%s: %w", op.name, err)
			}
			fmt.Printf("%15d%9d%7.2f", small.Microseconds(), large.Microseconds(), float64(large)/float64(small))
		}
		fmt.Println()
	}
	for i, name := range []string{"small", "large"} {
		most, err := desks[i].server.Memory()
		if err != nil {
			return err
		}
		fmt.Printf("memory of the server, %s store: %d MiB at most\n", name, most>>20)
	}
	return nil
}

// compare returns the medians of an operation on both desks, which take turns
// so that whatever else the machine does meets both. The first turns only warm
// up.
func compare(ctx context.Context, desks [2]*testServer, op operation, connections, requests, turns int) (small, large time.Duration, err error) {
	var took [2][]time.Duration
	const warming, patience = 2, 10 * time.Second
	begun := time.Now()
	for turn := range warming + turns {
		if turn > warming && time.Since(begun) > patience {
			break
		}
		for i, d := range desks {
			all, err := d.drive(ctx, op, connections, requests)
			if err != nil {
				return 0, 0, err
			}
			if turn >= warming {
				took[i] = append(took[i], all...)
			}
		}
	}
	for _, all := range took {
		if len(all) == 0 {
			return 0, 0, errors.New("every request was refused")
		}
		slices.SortFunc(all, cmp.Compare[time.Duration])
	}
	return took[0][len(took[0])/2], took[1][len(took[1])/2], nil
}

// drive repeats an operation on each connection. What the server was too busy
// for does not count.
func (d *testServer) drive(ctx context.Context, op operation, connections, requests int) (all []time.Duration, err error) {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
	)
	for c := range connections {
		group.Go(func() {
			for range requests {
				took, failed := op.do(ctx, d, c)
				mu.Lock()
				switch {
				case failed == nil && took > 0:
					all = append(all, took)
				case failed != nil && !errors.Is(failed, running.ErrBusy):
					err = errors.Join(err, failed)
				}
				failed = err
				mu.Unlock()
				if failed != nil {
					return
				}
			}
		})
	}
	group.Wait()
	return all, err
}
