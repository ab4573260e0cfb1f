package handlers

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// bodyGrace is how long a client may still send its request's body when the server
// shuts down.
const bodyGrace = 2 * time.Second

var errDraining = models.Errorf(models.KindUnavailable, "the server is shutting down")

// Drain makes /readyz say that the node is not ready, and bounds the time for bodies
// that are not complete. All requests are still answered.
func (s *Server) Drain() { s.drain() }

// bounded lets the body of a request end soon after Drain: a client that stops
// halfway must not hold up the shutdown. done must be called at the end of the request.
func (s *Server) bounded(c echo.Context, body io.ReadCloser) (bounded io.ReadCloser, done func() bool) {
	if body == http.NoBody {
		return body, func() bool { return true }
	}
	// Echo uses its Response for the next request, which may have begun before the
	// deadline is set, so that of net/http is taken.
	control := http.NewResponseController(serverWriter(c.Response()))
	done = context.AfterFunc(s.draining, func() {
		_ = control.SetReadDeadline(time.Now().Add(bodyGrace)) // fails when the request is over
	})
	return drainedBody{body, done}, done
}

// serverWriter returns the innermost writer, that of net/http.
func serverWriter(w http.ResponseWriter) http.ResponseWriter {
	for {
		outer, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = outer.Unwrap()
	}
}

// drainedBody takes its deadline back once it is read: from then on it would end the
// request itself.
type drainedBody struct {
	io.ReadCloser
	complete func() bool
}

func (b drainedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.complete()
	}
	return n, err
}

func (b drainedBody) Close() error {
	b.complete()
	return b.ReadCloser.Close()
}
