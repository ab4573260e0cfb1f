package sqldb

import (
	"encoding/base64"
	"encoding/json"

	"winnow/models"
)

// Cursor is the place in an order where the next page starts: after the row
// with these values. Callers see it as opaque text.
type Cursor struct {
	Order string  `json:"o"` // name of the list and of its order
	Rank  float64 `json:"r,omitempty"`
	At    int64   `json:"t"` // microseconds
	ID    string  `json:"i"`
}

func (c Cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // numbers from the database, never NaN
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseCursor reads a cursor of an order. ok is false for "".
func ParseCursor(s, order string) (c Cursor, ok bool, err error) {
	if s == "" {
		return Cursor{}, false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.Order != order {
		return Cursor{}, false, ErrCursor()
	}
	return c, true, nil
}

// ErrCursor is the error for a cursor of another list.
func ErrCursor() error {
	var bad models.Invalid
	bad.Add("cursor", "is not a cursor of this list")
	return bad.Err()
}
