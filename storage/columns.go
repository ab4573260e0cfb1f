package storage

import (
	"encoding/json"
	"fmt"
	"time"
)

// micros is how times are stored: microseconds since 1970; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }

// nullTime is fromMicros with the zero time for 0.
func nullTime(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return fromMicros(n)
}

// timePointer is fromMicros for a column that may be NULL.
func timePointer(n *int64) *time.Time {
	if n == nil {
		return nil
	}
	at := fromMicros(*n)
	return &at
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(b), nil
}

// jsonList is a list for sqldb.Tx.InJSONList.
func jsonList(ids []string) string {
	b, _ := json.Marshal(ids) // a list of strings can be encoded
	return string(b)
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
