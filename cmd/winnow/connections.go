package main

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
)

// connections is a listener that shares the connections of a process among the
// addresses that open them. One address may have as many as are still free (the
// dynamic threshold of Choudhury and Hahne 1998, with factor 1): a single stranger
// gets half of them, k strangers leave one part in k+1. Beyond that the oldest idle
// connection of the address is closed for the new one, so that neither strangers nor
// readers behind the same address wait; without an idle one the new one is closed.
type connections struct {
	net.Listener
	trusted []netip.Prefix // proxies: they stand for many readers
	max     int            // connections in all

	mu      sync.Mutex
	open    int
	clients map[netip.Addr][]*connection // the oldest first
}

// connection is an accepted connection. It is idle before its first request and
// between two requests.
type connection struct {
	net.Conn
	of     *connections
	client netip.Addr
	idle   bool
	closed bool
}

const defaultDescriptors = 10_000 // where the system does not say

// reservedDescriptors are for the database, Redis, files and processes.
const reservedDescriptors = 128

func newConnections(l net.Listener, trusted []netip.Prefix, descriptors int) *connections {
	most := max(descriptors-reservedDescriptors, descriptors/2)
	return &connections{Listener: l, trusted: trusted, max: most, clients: map[netip.Addr][]*connection{}}
}

// Accept implements net.Listener.
func (l *connections) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := l.admit(conn); c != nil {
			return c, nil
		}
		conn.Close()
	}
}

// admit counts a new connection, or returns nil when its address has too many.
func (l *connections) admit(conn net.Conn) *connection {
	c := &connection{Conn: conn, of: l, client: household(conn.RemoteAddr()), idle: true}
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := l.clients[c.client]
	if len(mine) >= max(1, l.max-l.open) && !l.trusts(conn.RemoteAddr()) {
		oldest := slices.IndexFunc(mine, func(c *connection) bool { return c.idle })
		if oldest < 0 {
			return nil
		}
		victim := mine[oldest]
		l.remove(victim)
		victim.Conn.Close()
	}
	l.clients[c.client] = append(l.clients[c.client], c)
	l.open++
	return c
}

func (l *connections) trusts(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && slices.ContainsFunc(l.trusted, func(p netip.Prefix) bool { return p.Contains(at.Addr().Unmap()) })
}

// remove forgets a connection, once. The caller holds the lock.
func (l *connections) remove(c *connection) {
	if c.closed {
		return
	}
	c.closed = true
	l.open--
	left := slices.DeleteFunc(l.clients[c.client], func(other *connection) bool { return other == c })
	if l.clients[c.client] = left; len(left) == 0 {
		delete(l.clients, c.client)
	}
}

// state is the hook http.Server.ConnState.
func (l *connections) state(conn net.Conn, s http.ConnState) {
	if c, ok := conn.(*connection); ok {
		l.mu.Lock()
		c.idle = s == http.StateNew || s == http.StateIdle
		l.mu.Unlock()
	}
}

// Close implements net.Conn.
func (c *connection) Close() error {
	c.of.mu.Lock()
	c.of.remove(c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

// household is an IPv4 address or an IPv6 /64, which one customer has.
func household(a net.Addr) netip.Addr {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	addr := at.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return addr
}
