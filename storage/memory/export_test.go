package memory

// Len returns the number of stored keys.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.tats)
}

// Len returns the number of stored bands.
func (c *Campaigns) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.bands.current) + len(c.bands.previous) + len(c.contacts.current) + len(c.contacts.previous)
}
