package handlers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/node"
	"winnow/models"
)

// countEvents streams how many public comments an article has, whenever that changes, as
// server-sent events. A node tells so many readers at most; the others get 503.
func (s *Server) countEvents(c echo.Context) error {
	l, err := s.readThreads(c, "events")
	if err != nil {
		return err
	}
	if c.Request().Method == http.MethodHead { // who asks for a header alone need not be told
		c.Response().Header().Set(echo.HeaderContentType, "text/event-stream")
		return c.NoContent(http.StatusOK)
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), maxStream)
	defer cancel()
	watch, _, err := s.node.WatchCount(ctx, models.ArticleRef{Site: l.site, Article: l.article}, household(caller(c).Address))
	if err != nil {
		if models.KindOf(err) == models.KindUnavailable {
			c.Response().Header().Set("Retry-After", "60")
		}
		return err
	}
	defer watch.Close()
	out := eventStream{res: c.Response(), control: clearReadDeadline(c.Response())}
	if out.begin() == nil {
		out.followCount(ctx, watch)
	}
	return nil // the client has disconnected, or will reconnect
}

// household is the address for IPv4, and the network of a household for IPv6.
func household(a netip.Addr) netip.Addr {
	if p, err := a.Unmap().Prefix(64); err == nil && !a.Unmap().Is4() {
		return p.Addr()
	}
	return a.Unmap()
}

// followCount sends the count, and each one after it, until ctx ends or the node stops. After
// that clients come back one by one.
func (o eventStream) followCount(ctx context.Context, watch *node.CountWatch) {
	ping := time.NewTicker(keepAlive)
	defer ping.Stop()
	if o.write("retry: "+strconv.Itoa(2000+rand.IntN(6000))+"\n\n") != nil {
		return
	}
	for last := -1; ; {
		total, changed, err := watch.Now()
		if err != nil {
			return
		}
		if total != last {
			if o.write(fmt.Sprintf("event: count\ndata: {\"total\":%d}\n\n", total)) != nil {
				return
			}
			last = total
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-ping.C:
			if o.write(": keep-alive\n\n") != nil {
				return
			}
		}
	}
}
