package storage

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// newID returns a UUIDv7 (RFC 9562) by the clock of this node. It is a name: nothing may
// depend on the order of such ids.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// NewID returns a UUIDv7 by the database's clock: ids sort by the time when they were made,
// on whichever node, as exactly as that clock is known.
func (db *DB) NewID() string { return idAt(db.Now()) }

// idAt is a UUIDv7 with the time in milliseconds and, in the 12 bits after it, in 4096th
// parts of one.
func idAt(at time.Time) string {
	id := uuid.Must(uuid.NewV7())
	part := at.Nanosecond() % int(time.Millisecond) * 4096 / int(time.Millisecond)
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|0x7000|uint64(part))
	return id.String()
}

// idAfter returns a new id that sorts behind another one, whatever the clocks of the nodes
// say that made them. The caller has a lock, so that nobody else does it at the same time.
func idAfter(last string) string {
	id := newID()
	before, err := uuid.Parse(last)
	if err != nil || id > last {
		return id
	}
	seconds, nanos := before.Time().UnixTime()
	return idAt(time.Unix(seconds, nanos).Add(time.Millisecond))
}
