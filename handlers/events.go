package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"winnow/models"
)

const (
	beatEvery   = 15 * time.Second // shorter than proxies wait
	streamLife  = accessTTL        // then the client proves anew who it is
	writePeriod = 5 * time.Second  // for one event to a slow client
	catchUp     = 1000             // missed events that are told one by one
)

// events streams what changes on the caller's sites as server-sent events: id
// and data, which is a models.Event. A client that comes back with the last id
// it has seen is first told what it missed; when that is too much or too long
// ago, an event named "reset" tells it to read everything anew.
func (s *Server) events(c echo.Context) error {
	q := queryOf(c)
	site, last := q.site(), c.Request().Header.Get("Last-Event-ID")
	if _, err := uuid.Parse(last); last != "" && err != nil {
		q.bad.Add("Last-Event-ID", "must be the id of an event")
	}
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	// First join, then look back: what happens in between is in both.
	sub, err := s.feed.join(ctx)
	if err != nil {
		return err
	}
	defer s.feed.leave(sub)
	missed, all, err := s.missed(ctx, last)
	if err != nil {
		return err
	}
	out := eventStream{c.Response(), clearReadDeadline(c.Response()), func(e models.Event) bool {
		return (site == "" || e.Site == site || e.Site == "") && (e.Site == "" || by.Sees(e.Site))
	}}
	if err := out.begin(all); err != nil {
		return nil // the client has left
	}
	out.follow(ctx, missed, sub.events)
	return nil
}

// changed is the notice of what became of a comment. The event itself, with
// its id, is storage's.
func (s *Server) changed(kind models.EventKind, cm models.Comment) models.Event {
	return models.Event{
		Kind: kind, Site: cm.Site, Subject: cm.ID, Article: cm.Article.ID, Status: cm.Status, At: s.now().UTC(),
	}
}

// feedStreams wakes the feed with every notice until ctx ends.
func (s *Server) feedStreams(ctx context.Context) error {
	notices, err := s.notifier.Subscribe(ctx)
	if err != nil {
		return fmt.Errorf("subscribe to notices: %w", err)
	}
	s.feed.run(ctx, notices, func(err error) {
		s.log.ErrorContext(ctx, "reading events for the open streams failed", "error", err)
	})
	for range notices { // the notifier closes it
	}
	return nil
}

// missed returns what came after an event, and whether that is all of it.
func (s *Server) missed(ctx context.Context, last string) (events []models.Event, all bool, err error) {
	switch {
	case last == "":
		return nil, true, nil
	case last < earliestID(time.Now().Add(-24*time.Hour)):
		return nil, false, nil // storage may have forgotten what came next
	}
	events, err = s.db.EventsSince(ctx, last, catchUp)
	if len(events) == catchUp {
		return nil, false, err
	}
	return events, true, err
}

// eventStream writes server-sent events to one client.
type eventStream struct {
	res     http.ResponseWriter
	control *http.ResponseController
	wanted  func(models.Event) bool
}

// begin sends the head, so that the client knows that it is listened to.
func (o eventStream) begin(all bool) error {
	h := o.res.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would keep events back
	o.res.WriteHeader(http.StatusOK)
	if all {
		return o.write("retry: 2000\n\n")
	}
	return o.write("retry: 2000\nevent: reset\ndata: {}\n\n")
}

// follow sends events until the client leaves, the feed ends the stream, or it
// has lived long enough.
func (o eventStream) follow(ctx context.Context, missed []models.Event, live <-chan models.Event) {
	ctx, cancel := context.WithTimeout(ctx, streamLife)
	defer cancel()
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	told := make(map[string]bool, len(missed))
	for _, e := range missed {
		told[e.ID] = true
		if o.send(e) != nil {
			return
		}
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case e, more := <-live:
			if !more {
				return
			}
			if !told[e.ID] {
				err = o.send(e)
			}
		case <-beat.C:
			err = o.write(": still here\n\n")
		}
		if err != nil {
			return
		}
	}
}

func (o eventStream) send(e models.Event) error {
	if !o.wanted(e) {
		return nil
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return o.write("id: " + e.ID + "\ndata: " + string(data) + "\n\n")
}

// write sends text at once. A client that does not take it in time is given up.
func (o eventStream) write(text string) error {
	_ = o.control.SetWriteDeadline(time.Now().Add(writePeriod))
	if _, err := o.res.Write([]byte(text)); err != nil {
		return err
	}
	return o.control.Flush()
}
