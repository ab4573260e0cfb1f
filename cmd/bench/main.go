// Command bench measures a running server from outside: it starts the real binary in
// a second process, sends requests over many connections, and prints the results
// next to those of a bare Echo handler and of a plain insert loop in the same run.
// On a shared machine compare the ratios and the CPU time of a reply, not the
// absolute times.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"winnow/cmd/internal/running"
)

// options are the flags.
type options struct {
	program     running.Program
	redis       string
	connections int
	duration    time.Duration
	rounds      int
	only        string
	logins      bool
	labels      string
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "bare" {
		serveBare()
		return
	}
	var o options
	flag.StringVar(&o.program.Binary, "winnow", "", "the binary to measure (default: built from ./cmd/winnow)")
	flag.StringVar(&o.program.Database, "database", "", "sqlite:FILE or postgres://…, without records (default: SQLite in a temporary folder)")
	flag.StringVar(&o.redis, "redis", "", "redis://… (default: limits in process)")
	flag.IntVar(&o.connections, "connections", 64, "concurrent connections")
	flag.DurationVar(&o.duration, "duration", 5*time.Second, "duration of each measurement")
	flag.IntVar(&o.rounds, "rounds", 3, "measurements of each kind; the median is printed")
	flag.StringVar(&o.only, "only", "", "measure only what has this in its name, and the bare handler")
	flag.BoolVar(&o.logins, "logins", false, "measure only logins and pages, while 600 strangers guess passwords")
	flag.StringVar(&o.labels, "training", "", "label file: measure only posts, while the server trains with it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "winnow-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if o.program.Binary == "" {
		if o.program.Binary, err = running.Build(ctx, dir); err != nil {
			return err
		}
	}
	if o.program.Database == "" {
		o.program.Database = "sqlite:" + filepath.Join(dir, "winnow.db")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	bare, err := running.Start(ctx, "bare listening on ", self, "bare")
	if err != nil {
		return err
	}
	defer bare.Stop()
	target, err := startServer(ctx, o)
	if err != nil {
		return err
	}
	defer target.server.Stop()
	if o.logins {
		return measureLogins(ctx, o, target)
	}

	if o.labels != "" {
		return measureTraining(ctx, o, target)
	}

	jobs := workloads(target, bare)
	jobs = slices.DeleteFunc(jobs, func(j workload) bool { return j.server != bare && !strings.Contains(j.name, o.only) })
	results := make([][]result, len(jobs))
	for round := range o.rounds {
		for i, j := range jobs {
			r, err := drive(ctx, o, j)
			if err != nil {
				return fmt.Errorf("%s, round %d: %w", j.name, round+1, err)
			}
			results[i] = append(results[i], r)
		}
	}
	raw, err := rawInserts(ctx, o, dir)
	if err != nil {
		return fmt.Errorf("raw inserts: %w", err)
	}
	return report(jobs, results, raw)
}

// workloads are what is measured, the bare handler first.
func workloads(target *testServer, bare *running.Server) []workload {
	at := target.server.Addr
	return []workload{
		{name: "bare Echo handler", server: bare, client: func(int) client { return &postClient{addr: bare.Addr} }},
		{name: "post a comment", server: target.server, client: func(int) client { return &postClient{addr: at, key: target.key} }},
		{name: "analyze, as Perspective", server: target.server, client: func(int) client { return &analyzeClient{addr: at, key: target.key} }},
		{name: "comment-check, as Akismet", server: target.server, client: func(int) client { return &checkClient{addr: at, key: target.key} }},
		{name: "read a page of 100", server: target.server, client: func(int) client { return &getClient{addr: at, path: target.page} }},
		{name: "the same, not modified", server: target.server, client: func(int) client { return &getClient{addr: at, path: target.page, etag: target.etag} }},
		{
			name: "first page of the queue", server: target.server, client: func(int) client {
				return &getClient{addr: at, path: "/v1/queue?limit=20&site=" + heldSite, token: target.token}
			},
			prepare: func(ctx context.Context) error { return target.refill(ctx, 5000) },
		},
		{name: "decide a comment", server: target.server, client: func(int) client { return &decideClient{addr: at, token: target.token, ids: target.pending} }},
	}
}

func report(jobs []workload, results [][]result, raw float64) error {
	bare := median(results[0])
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tper second\tratio to bare\tp50\tp99\tp99 ratio\tCPU\tfailed\t")
	for i, j := range jobs {
		r := median(results[i])
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%v\t%v\t%.1f\t%v\t%d\t\n", j.name, r.rate, r.rate/bare.rate,
			r.p50.Round(10*time.Microsecond), r.p99.Round(10*time.Microsecond), float64(r.p99)/float64(bare.p99), r.cpu.Round(time.Microsecond), r.failed)
	}
	fmt.Fprintf(w, "raw insert loop, a commit each\t%.0f\t%.2f\t\t\t\t\t\t\n", raw, raw/bare.rate)
	return w.Flush()
}
