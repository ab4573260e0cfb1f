package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"winnow/handlers/accesstoken"
	"winnow/models"
)

const (
	keepAlive    = 15 * time.Second // shorter than proxies wait for data
	maxStream    = accesstoken.TTL  // then the client has to authenticate again
	eventTimeout = 5 * time.Second  // to write one event to a slow client
	maxReplay    = 1000             // missed events that are sent one by one
)

// events streams what changes on the caller's sites as server-sent events: id
// and data, which is a models.Event. A client that reconnects with the last id
// it has received first gets what it missed. When that is too much or too long
// ago, an event named "reset" tells it to load everything again.
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
	// Subscribe before the query for missed events: what happens in between is
	// in both.
	sub, err := s.node.Hub().Subscribe(ctx)
	if err != nil {
		return err
	}
	defer s.node.Hub().Unsubscribe(sub)
	missed, complete := []models.Event(nil), true
	if last != "" {
		if missed, complete, err = s.node.Hub().Replay(ctx, last, maxReplay); err != nil {
			return err
		}
	}
	out := eventStream{c.Response(), clearReadDeadline(c.Response()), func(e models.Event) bool {
		return (site == "" || e.Site == site || e.Site == "") && (e.Site == "" || by.CanSee(e.Site))
	}}
	if err := out.begin(complete); err != nil {
		return nil // the client has disconnected
	}
	out.follow(ctx, missed, sub.Events)
	return nil
}

// commentEvent is the event of a change to a comment, for other nodes and open
// streams. The one with an id is storage's.
func commentEvent(kind models.EventKind, cm models.Comment) models.Event {
	return models.Event{Kind: kind, Site: cm.Site, Subject: cm.ID, Article: cm.Article.ID, Status: cm.Status}
}

// eventStream writes server-sent events to one client.
type eventStream struct {
	res     http.ResponseWriter
	control *http.ResponseController
	matches func(models.Event) bool
}

// begin sends the header, so that the client knows that the stream is open.
func (o eventStream) begin(complete bool) error {
	h := o.res.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // or nginx would buffer events
	o.res.WriteHeader(http.StatusOK)
	if complete {
		return o.write("retry: 2000\n\n")
	}
	return o.write("retry: 2000\nevent: reset\ndata: {}\n\n")
}

// follow sends events until the client disconnects, the hub ends the
// subscription, or maxStream has passed.
func (o eventStream) follow(ctx context.Context, missed []models.Event, live <-chan models.Event) {
	ctx, cancel := context.WithTimeout(ctx, maxStream)
	defer cancel()
	ping := time.NewTicker(keepAlive)
	defer ping.Stop()
	sent := make(map[string]bool, len(missed))
	for _, e := range missed {
		sent[e.ID] = true
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
			if !sent[e.ID] {
				err = o.send(e)
			}
		case <-ping.C:
			err = o.write(": keep-alive\n\n")
		}
		if err != nil {
			return
		}
	}
}

func (o eventStream) send(e models.Event) error {
	if !o.matches(e) {
		return nil
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return o.write("id: " + e.ID + "\ndata: " + string(data) + "\n\n")
}

// write sends text at once. A client that does not read it in time is
// disconnected.
func (o eventStream) write(text string) error {
	_ = o.control.SetWriteDeadline(time.Now().Add(eventTimeout))
	if _, err := o.res.Write([]byte(text)); err != nil {
		return err
	}
	return o.control.Flush()
}
