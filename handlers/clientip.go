package handlers

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"winnow/models"
)

// clientIP returns the address of the client: the TCP peer, or, when that is a
// trusted proxy, the last address in X-Forwarded-For that is not a trusted proxy.
func (s *Server) clientIP(r *http.Request) netip.Addr {
	addr := remoteIP(r)
	if !s.trustsProxy(addr) {
		if forwarded := r.Header["X-Forwarded-For"]; len(forwarded) > 0 {
			s.checker.Traffic.Forwarded(addr, forwarded[len(forwarded)-1])
		}
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trustsProxy(addr); i-- {
		hop, ok := models.ParseAddress(hops[i])
		if !ok {
			if strings.TrimSpace(hops[i]) != "" { // else there is no header
				s.checker.Traffic.UnreadableHop(addr, hops[i])
			}
			break
		}
		addr = hop
	}
	return addr
}

func (s *Server) trustsProxy(a netip.Addr) bool {
	return slices.ContainsFunc(s.trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// remoteIP is the address of the TCP peer; invalid when there is none, as on a
// Unix socket.
func remoteIP(r *http.Request) netip.Addr {
	ap, _ := netip.ParseAddrPort(r.RemoteAddr)
	return ap.Addr().Unmap().WithZone("")
}

// isHTTPS reports whether the client's connection is encrypted, up to a trusted
// proxy or up to this server.
func (s *Server) isHTTPS(r *http.Request) bool {
	return r.TLS != nil || s.trustsProxy(remoteIP(r)) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}
