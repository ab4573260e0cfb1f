package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"winnow/cmd/internal/running"
)

// workload is one kind of request to measure. Each connection has its own client.
type workload struct {
	name    string
	server  *running.Server
	client  func(connection int) client
	prepare func(context.Context) error // before each measurement; may be nil
}

// client makes requests. It writes HTTP/1.1 itself, because a general client would
// use more CPU than the server that is measured.
type client interface {
	address() string
	// request appends the next request to b, or returns false when there is none.
	request(b []byte) ([]byte, bool)
	// expected reports whether a status is the expected one.
	expected(status int) bool
}

// result is one measurement.
type result struct {
	rate     float64 // expected replies per second
	p50, p99 time.Duration
	cpu      time.Duration // of the server per reply; 0: unknown
	failed   int           // other replies
}

func drive(ctx context.Context, o options, j workload) (result, error) {
	if j.prepare != nil {
		if err := j.prepare(ctx); err != nil {
			return result{}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, o.duration)
	defer cancel()
	var (
		group  sync.WaitGroup
		mu     sync.Mutex
		all    []time.Duration
		total  result
		failed error
	)
	begun, used := time.Now(), j.server.CPU()
	for c := range o.connections {
		group.Go(func() {
			took, bad, err := sendRequests(ctx, j.client(c))
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			total.failed += bad
			failed = errors.Join(failed, err)
		})
	}
	group.Wait()
	elapsed := time.Since(begun)
	used = j.server.CPU() - used
	if failed != nil {
		return total, failed
	}
	if len(all) == 0 {
		return total, fmt.Errorf("no expected reply, %d others", total.failed)
	}
	slices.Sort(all)
	total.rate = float64(len(all)) / elapsed.Seconds()
	total.cpu = used / time.Duration(len(all)+total.failed)
	total.p50, total.p99 = all[len(all)/2], all[len(all)*99/100]
	return total, nil
}

// replyTimeout is how long a reply may take before the run fails.
const replyTimeout = 30 * time.Second

// sendRequests sends requests over one connection until ctx ends, one at a time.
func sendRequests(ctx context.Context, c client) (took []time.Duration, bad int, err error) {
	conn, err := net.Dial("tcp", c.address())
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	var out []byte
	for ctx.Err() == nil {
		var more bool
		if out, more = c.request(out[:0]); !more {
			return took, bad, nil
		}
		begun := time.Now()
		if err := conn.SetDeadline(begun.Add(replyTimeout)); err != nil {
			return took, bad, err
		}
		if _, err := conn.Write(out); err != nil {
			return took, bad, err
		}
		status, err := readReply(in)
		if err != nil {
			return took, bad, err
		}
		if c.expected(status) {
			took = append(took, time.Since(begun))
		} else {
			bad++
		}
	}
	return took, bad, nil
}

// readReply reads one reply, discards its body and returns its status.
func readReply(in *bufio.Reader) (status int, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, fmt.Errorf("not a status line: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, err
	}
	length, chunked := 0, false
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	if status == http.StatusNotModified || status == http.StatusNoContent {
		return status, nil // these have no body, whatever Content-Length says
	}
	if !chunked {
		_, err = in.Discard(length)
		return status, err
	}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return 0, err
		}
		if _, err := in.Discard(int(n) + len("\r\n")); err != nil {
			return 0, err
		}
		if n == 0 {
			return status, nil
		}
	}
}

// median returns the measurement with the median rate.
func median(all []result) result {
	sorted := slices.SortedFunc(slices.Values(all), func(a, b result) int {
		if a.rate < b.rate {
			return -1
		}
		return 1
	})
	return sorted[len(sorted)/2]
}
