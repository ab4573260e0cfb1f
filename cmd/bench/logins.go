package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"winnow/cmd/internal/running"
)

// guessers is how many logins of strangers are in flight.
const guessers = 600

// measureLogins measures how long a moderator on a known network waits for a
// login, and readers for a page, alone and while strangers guess passwords.
func measureLogins(ctx context.Context, o options, target *testServer) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tlogins p50\tlogins max\tpages p50\tpages p95\tguesses checked\trefused\tCPU\t")
	for _, strangers := range []int{0, guessers} {
		r, err := watchLogins(ctx, o, target, strangers)
		if err != nil {
			return err
		}
		ms := func(all []time.Duration, share float64) string {
			slices.Sort(all)
			return fmt.Sprintf("%.1f ms", float64(all[int(share*float64(len(all)-1))].Microseconds())/1000)
		}
		fmt.Fprintf(w, "%d strangers\t%s\t%s\t%s\t%s\t%d\t%d\t%v\t\n", strangers,
			ms(r.logins, .5), ms(r.logins, 1), ms(r.pages, .5), ms(r.pages, .95), r.checked.Load(), r.refused.Load(), r.cpu.Round(time.Millisecond))
	}
	return w.Flush()
}

// loginTimes are what watchLogins has seen.
type loginTimes struct {
	logins, pages    []time.Duration
	checked, refused atomic.Int64
	cpu              time.Duration // of the server
}

func watchLogins(ctx context.Context, o options, target *testServer, strangers int) (r *loginTimes, err error) {
	r = &loginTimes{}
	used := target.server.CPU()
	defer func() { r.cpu = target.server.CPU() - used }()
	var group sync.WaitGroup
	guessing, stop := context.WithCancel(ctx)
	defer group.Wait()
	defer stop()
	guesser := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: strangers}}
	defer guesser.CloseIdleConnections()
	for n := range strangers {
		group.Go(func() { r.guess(guessing, guesser, target.server, n) })
	}
	for end := time.Now().Add(o.duration); time.Now().Before(end); {
		reply, err := target.server.Call(ctx, http.MethodGet, target.page, "", nil, nil)
		if err != nil {
			return r, err
		}
		r.pages = append(r.pages, reply.Took)
		if len(r.pages)%20 != 1 {
			continue
		}
		begun := time.Now()
		if _, err := login(ctx, target.server, "192.0.2.1", "bench", running.Password, guesser); err != nil {
			return r, fmt.Errorf("the moderator's login: %w", err)
		}
		r.logins = append(r.logins, time.Since(begun))
	}
	return r, nil
}

// guess logs in with a wrong password, again and again, from one address.
func (r *loginTimes) guess(ctx context.Context, client *http.Client, server *running.Server, n int) {
	address := fmt.Sprintf("198.51.%d.%d", n>>8, n&255)
	for ctx.Err() == nil {
		status, err := login(ctx, server, address, "bench", "a wrong guess", client)
		switch {
		case err != nil && status == 0:
			return
		case status == http.StatusUnauthorized:
			r.checked.Add(1)
		default:
			r.refused.Add(1)
		}
		time.Sleep(time.Second) // faster ones would measure the cost of HTTP, not of passwords
	}
}

var errRefused = errors.New("the login was refused")

// login logs in as a client with an address, which the server takes from its
// trusted proxy. The status is 0 when there is no reply.
func login(ctx context.Context, server *running.Server, address, name, password string, client *http.Client) (status int, err error) {
	body := fmt.Sprintf(`{"name":%q,"password":%q}`, name, password)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+server.Addr+"/v1/auth/login", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Forwarded-For", address)
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return res.StatusCode, errRefused
	}
	return res.StatusCode, nil
}
