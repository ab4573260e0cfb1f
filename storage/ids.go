package storage

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/fnv"
	"time"

	"github.com/google/uuid"
)

// newID returns a UUIDv7 (RFC 9562) by the clock of this node, for what belongs to no site.
// It is a name: nothing may depend on the order of such ids.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// NewID is newID for a record of a site: it ends with the tag of the site.
func NewID(site string) string { return tagged(uuid.Must(uuid.NewV7()), site) }

// NewID returns an id for a record of a site, by the database's clock: such ids sort by the
// time when they were made, on whichever node, as exactly as that clock is known.
func (db *DB) NewID(site string) string { return tagged(idAt(db.Now()), site) }

// idAt is a UUIDv7 with the time in milliseconds and, in the 12 bits after it, in 4096th
// parts of one.
func idAt(at time.Time) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	part := at.Nanosecond() % int(time.Millisecond) * 4096 / int(time.Millisecond)
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|0x7000|uint64(part))
	return id
}

// idAfter returns a new id for a record of a site that sorts behind another one, whatever the
// clocks of the nodes say that made them. The caller has a lock, so that nobody else does it
// at the same time. A site of "" is none.
func idAfter(last, site string) string {
	id := NewID(site)
	before, err := uuid.Parse(last)
	if err != nil || id > last {
		return id
	}
	seconds, nanos := before.Time().UnixTime()
	return tagged(idAt(time.Unix(seconds, nanos).Add(time.Millisecond)), site)
}

// tagged ends an id with the tag of its site. What makes its order stands in the first half.
func tagged(id uuid.UUID, site string) string {
	binary.BigEndian.PutUint16(id[14:], SiteTag(site))
	return id.String()
}

// SiteTag is the tag of a site.
func SiteTag(site string) uint16 {
	h := fnv.New32a()
	h.Write([]byte(site)) // never fails
	sum := h.Sum32()
	return uint16(sum>>16) ^ uint16(sum)
}

// ImportedID is the id of a comment that another system has under its own id: the same one
// each time it is imported. It is a UUIDv8 (RFC 9562) that begins with the time of the
// comment, as the ids of comments that were posted here do.
func ImportedID(site, source, id string, at time.Time) string {
	sum := sha256.Sum256([]byte(site + "\x00" + source + "\x00" + id))
	var made uuid.UUID
	copy(made[:], sum[:])
	binary.BigEndian.PutUint64(made[:8], uint64(max(0, at.UnixMilli()))<<16|uint64(binary.BigEndian.Uint16(sum[6:8])))
	made[6], made[8] = made[6]&0x0f|0x80, made[8]&0x3f|0x80
	return tagged(made, site)
}

// MovedID is ImportedID for a record that has a UUID of its own where it comes from. It sorts
// as that one does.
func MovedID(site, source string, id uuid.UUID) string {
	moved := uuid.MustParse(ImportedID(site, source, id.String(), time.Time{}))
	copy(moved[:8], id[:8])
	moved[6] = moved[6]&0x0f | 0x80
	return moved.String()
}

// IsOfSite reports whether an id ends with the tag of a site.
func IsOfSite(id, site string) bool {
	parsed, err := uuid.Parse(id)
	return err == nil && binary.BigEndian.Uint16(parsed[14:]) == SiteTag(site)
}
