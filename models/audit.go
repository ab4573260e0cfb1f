package models

import (
	"encoding/json"
	"time"
)

// Audit is one row of the audit trail: who changed what, when and from where.
type Audit struct {
	Seq     int64           `json:"seq"` // in the chain of the site or the installation: from 1 on, without gaps; 0: none yet
	ID      string          `json:"id"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"` // Caller.String
	Site    string          `json:"site,omitempty"`
	Action  string          `json:"action"`  // such as "comment.reject"
	Subject string          `json:"subject"` // id of what was changed
	Address string          `json:"address,omitempty"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
	Hash    string          `json:"hash"` // of the row and the hash before it, hexadecimal; empty as long as seq is 0
}

// AuditHead is the end of a chain of the audit trail: the number of its rows and the
// hash of the last, in hexadecimal.
type AuditHead struct {
	Site string `json:"site"` // empty: the chain of the installation
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// AuditFilter selects rows of the audit trail. Empty fields select all.
type AuditFilter struct {
	Site    string
	Action  string // a * at its end matches any ending
	Actor   string
	Subject string
	Since   time.Time
	Until   time.Time // exclusive
	Cursor  string
	Limit   int
}
