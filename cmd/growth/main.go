// Command growth compares the response times of a large database with those of a
// small one. It starts the real binary on two databases made by cmd/fill, sends
// requests to both in turns, and prints the median time of each operation and the
// ratio. It undoes its decisions and releases its claims; its comments stay.
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

// options are the flags.
type options struct {
	winnow       string
	small, large string
	turns        int
	only         string
}

// loads are the numbers of concurrent connections, with the requests of each
// connection in a turn.
var loads = []struct{ connections, requests int }{{1, 10}, {16, 4}}

func main() {
	var o options
	flag.StringVar(&o.winnow, "winnow", "", "the binary to measure (default: built from ./cmd/winnow)")
	flag.StringVar(&o.small, "small", "", "database with few comments")
	flag.StringVar(&o.large, "large", "", "database with many comments")
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
	var servers [2]*testServer
	for i, database := range []string{o.small, o.large} {
		begun := time.Now()
		if servers[i], err = startServer(ctx, running.Program{Binary: o.winnow, Database: database}); err != nil {
			return err
		}
		defer servers[i].server.Stop()
		fmt.Printf("ready after %v: %d sites, %d comments known\n", time.Since(begun).Round(time.Millisecond), len(servers[i].sites), len(servers[i].anyAge))
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
			small, large, err := compare(ctx, servers, op, c.connections, c.requests, o.turns)
			if err != nil {
				return fmt.Errorf("%s: %w", op.name, err)
			}
			fmt.Printf("%15d%9d%7.2f", small.Microseconds(), large.Microseconds(), float64(large)/float64(small))
		}
		fmt.Println()
	}
	for i, name := range []string{"small", "large"} {
		most, err := servers[i].server.Memory()
		if err != nil {
			return err
		}
		fmt.Printf("peak memory of the server, %s database: %d MiB\n", name, most>>20)
	}
	return nil
}

// compare returns the medians of an operation on both servers. They take turns, so
// that other load on the machine affects both. The first turns are a warm-up.
func compare(ctx context.Context, servers [2]*testServer, op operation, connections, requests, turns int) (small, large time.Duration, err error) {
	var took [2][]time.Duration
	const warmup, maxDuration = 2, 10 * time.Second
	begun := time.Now()
	for turn := range warmup + turns {
		if turn > warmup && time.Since(begun) > maxDuration {
			break
		}
		for i, d := range servers {
			all, err := d.drive(ctx, op, connections, requests)
			if err != nil {
				return 0, 0, err
			}
			if turn >= warmup {
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

// drive repeats an operation on each connection. Requests that the server refused
// because it was busy do not count.
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
