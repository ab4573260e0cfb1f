package handlers

import (
	"context"
	"encoding/json"
	"net/netip"
	"slices"
	"sync"
	"time"

	"winnow/models"
)

// loginResult is what became of a login, as the metrics name it.
type loginResult string

const (
	loginAccepted  loginResult = "accepted"
	loginWrong     loginResult = "wrong"      // name or password
	loginWrongCode loginResult = "wrong_code" // the password was right
	loginLimited   loginResult = "limited"    // refused by a rate limit, the password was not looked at
	loginBusy      loginResult = "busy"       // refused because too many waited, likewise
)

const (
	// trailPause is how long failed logins are added up before they are written
	// again, so that a flood of them adds few rows to the audit trail.
	trailPause = 10 * time.Second
	// maxTrailAddresses is how many addresses of failed logins are named.
	maxTrailAddresses = 10
)

// loginTrail adds up failed and refused logins by the name of the moderator, for
// the log and the audit trail. Names that no moderator has are not kept: people
// type passwords into the wrong field.
type loginTrail struct {
	mu      sync.Mutex
	tallies map[string]*loginTally // by name, "" for all that no moderator has
	wake    chan struct{}          // holds one signal
}

// loginTally is what the audit trail says about the logins of some seconds.
type loginTally struct {
	Results       map[loginResult]int `json:"logins"`
	Addresses     []string            `json:"addresses,omitempty"`      // the first ones
	MoreAddresses bool                `json:"more_addresses,omitempty"` // there were others
}

func newLoginTrail() *loginTrail {
	return &loginTrail{tallies: map[string]*loginTally{}, wake: make(chan struct{}, 1)}
}

func (l *loginTrail) add(name string, result loginResult, from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.tallies[name]
	if t == nil {
		t = &loginTally{Results: map[loginResult]int{}}
		l.tallies[name] = t
	}
	t.Results[result]++
	switch {
	case !from.IsValid() || slices.Contains(t.Addresses, from.String()):
	case len(t.Addresses) < maxTrailAddresses:
		t.Addresses = append(t.Addresses, from.String())
	default:
		t.MoreAddresses = true
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take returns the tallies so far, and begins new ones.
func (l *loginTrail) take() map[string]*loginTally {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.tallies
	l.tallies = map[string]*loginTally{}
	return taken
}

// countLogin counts a login for the metrics, and one that did not succeed for
// the trail. m is the moderator with the name of the login, if there is one.
func (s *Server) countLogin(m models.Moderator, result loginResult, from netip.Addr) {
	s.metrics.logins.WithLabelValues(string(result)).Inc()
	if result != loginAccepted {
		s.loginTrail.add(m.Name, result, from)
	}
}

// writeLogins writes the tallies until ctx ends: the first at once, and later
// ones after a pause.
func (s *Server) writeLogins(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			s.flushLogins(ctx)
			return nil
		case <-s.loginTrail.wake:
		}
		s.flushLogins(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(trailPause):
		}
	}
}

// flushLogins writes the tallies so far, also when ctx has ended: they are taken,
// and would be lost.
func (s *Server) flushLogins(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout)
	defer cancel()
	for name, t := range s.loginTrail.take() {
		s.log.WarnContext(ctx, "logins failed", "moderator", name, "logins", t.Results, "addresses", t.Addresses, "more_addresses", t.MoreAddresses)
		after, err := json.Marshal(t)
		if err == nil {
			err = s.db.Audit(ctx, models.Caller{Kind: models.BySystem}, models.Audit{Action: "login.failed", Subject: name, After: after})
		}
		if err != nil {
			s.log.ErrorContext(ctx, "writing failed logins to the audit trail failed", "error", err)
		}
	}
}
