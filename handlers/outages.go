package handlers

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"winnow/models"
)

const (
	outageProbe = time.Second     // how often what failed is tried
	outageQuiet = 5 * time.Second // without a refused request before an outage is over
	repeatAfter = time.Minute     // how often the same warning is logged
)

// outages logs an outage once, and not for each request that it refuses.
type outages struct {
	now   func() time.Time
	log   *slog.Logger
	ping  func(context.Context) error
	began chan struct{} // holds one signal

	mu      sync.Mutex
	refused int // since the outage began; 0: there is none
	since   time.Time
	last    time.Time
}

// refuse counts a refused request, and reports whether it is the first one.
func (o *outages) refuse() (first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refused++
	o.last = o.now()
	if o.refused > 1 {
		return false
	}
	o.since = o.last
	select {
	case o.began <- struct{}{}:
	default:
	}
	return true
}

// watch logs the end of each outage, until ctx ends.
func (o *outages) watch(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-o.began:
		}
		for over := false; !over; {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(outageProbe):
			}
			probe, cancel := context.WithTimeout(ctx, outageProbe)
			answers := o.ping(probe) == nil
			cancel()
			over = answers && o.end(ctx)
		}
	}
}

// end ends the outage when no request was refused lately.
func (o *outages) end(ctx context.Context) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now().Sub(o.last) < outageQuiet {
		return false
	}
	o.log.InfoContext(ctx, "requests are no longer refused", "refused", o.refused, "for", o.last.Sub(o.since))
	o.refused = 0
	return true
}

// sparse is a log handler that drops a warning or an error which was logged within the
// last minute, about the same site: during an outage each request would repeat it, and
// each background task would report the same outage. The lines of requests are counted by
// outages.
type sparse struct {
	slog.Handler
	seen *seenLines
}

type seenLines struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func newSparse(h slog.Handler) sparse {
	return sparse{h, &seenLines{last: map[string]time.Time{}}}
}

// Handle implements slog.Handler.
func (h sparse) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn && r.Message != requestLine && h.seen.again(r) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h sparse) WithAttrs(attrs []slog.Attr) slog.Handler {
	return sparse{h.Handler.WithAttrs(attrs), h.seen}
}

// WithGroup implements slog.Handler.
func (h sparse) WithGroup(name string) slog.Handler {
	return sparse{h.Handler.WithGroup(name), h.seen}
}

// again reports whether a line, or the outage that it reports, was logged within the last
// minute. Messages are few, since they are constants.
func (s *seenLines) again(r slog.Record) bool {
	key, site := r.Message, ""
	r.Attrs(func(a slog.Attr) bool {
		var cause *models.Error
		switch err, _ := a.Value.Any().(error); {
		case a.Key == "site":
			site = a.Value.String()
		case errors.As(err, &cause) && cause.Kind == models.KindUnavailable:
			key = cause.Message // what is out of reach, whoever noticed
		}
		return true
	})
	key = strings.Join([]string{key, site}, "\x00")
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, found := s.last[key]; found && r.Time.Sub(last) < repeatAfter {
		return true
	}
	s.last[key] = r.Time
	return false
}
