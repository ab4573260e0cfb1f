package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"winnow/handlers/accesstoken"
	"winnow/handlers/node"
	"winnow/models"
)

const (
	keepAlive    = 15 * time.Second // shorter than proxies wait for data
	maxStream    = accesstoken.TTL  // then the client has to authenticate again
	eventTimeout = 5 * time.Second  // to write one event to a slow client
)

// events streams what changes on the caller's sites as server-sent events: id
// and data, which is a models.Event. A client that reconnects with the last id
// it has received first gets what it missed. When that is too much or too long
// ago, an event named "reset" tells it to load everything again.
func (s *Server) events(c echo.Context) error {
	q := queryOf(c)
	site, last := q.site(), c.Request().Header.Get("Last-Event-ID")
	cursor := lastEvent(last)
	if cursor < 0 {
		q.bad.Add("Last-Event-ID", "must be the id of an event")
	}
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	hub := s.node.Hub()
	if _, err := hub.Changed(); err != nil {
		return err
	}
	reader, missed, complete := hub.ReadNew(), []models.Event(nil), last == ""
	if cursor > 0 {
		var err error
		reader = hub.ReadAfter(cursor)
		if missed, complete, err = reader.Next(ctx); err != nil {
			return err
		}
	}
	out := eventStream{c.Response(), clearReadDeadline(c.Response()), func(e models.Event) bool {
		return (site == "" || e.Site == site || e.Site == "") && (e.Site == "" || by.CanSee(e.Site))
	}}
	if out.begin() == nil {
		out.follow(ctx, hub, reader, missed, complete)
	}
	return nil // the client has disconnected, or will reconnect
}

// lastEvent reads a Last-Event-ID: 0 is none, or one that an earlier version gave; below 0, it
// is not the id of an event.
func lastEvent(id string) int64 {
	if id == "" || uuid.Validate(id) == nil {
		return 0
	}
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 {
		return n
	}
	return -1
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
func (o eventStream) begin() error {
	h := o.res.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // or nginx would buffer events
	o.res.WriteHeader(http.StatusOK)
	return o.write("retry: 2000\n\n")
}

// follow sends events, first those that a reader has returned already, until the client
// disconnects, the hub stops, or maxStream has passed. A keep-alive has the id of the last
// event, which may be one that the client does not see: a client that reconnects has missed
// nothing before it.
func (o eventStream) follow(ctx context.Context, hub *node.Hub, reader *node.EventReader, events []models.Event, complete bool) {
	ctx, cancel := context.WithTimeout(ctx, maxStream)
	defer cancel()
	ping := time.NewTicker(keepAlive)
	defer ping.Stop()
	if complete && len(events) == 0 && o.write(idLine(reader)+"\n") != nil {
		return
	}
	for {
		changed, err := hub.Changed()
		if err != nil || o.send(reader, events, complete) != nil {
			return
		}
		if events, complete, err = reader.Next(ctx); err != nil {
			return
		}
		if len(events) > 0 || !complete {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-ping.C:
			if o.write(": keep-alive\n"+idLine(reader)+"\n") != nil {
				return
			}
		}
	}
}

// idLine makes the last event that a reader has returned the client's last one.
func idLine(r *node.EventReader) string {
	if r.Cursor() == 0 {
		return "" // there is no event yet
	}
	return "id: " + strconv.FormatInt(r.Cursor(), 10) + "\n"
}

func (o eventStream) send(reader *node.EventReader, events []models.Event, complete bool) error {
	if !complete {
		return o.write("event: reset\ndata: {}\n" + idLine(reader) + "\n")
	}
	for _, e := range events {
		if !o.matches(e) {
			continue
		}
		data, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if err := o.write("id: " + strconv.FormatInt(e.Seq, 10) + "\ndata: " + string(data) + "\n\n"); err != nil {
			return err
		}
	}
	return nil
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
