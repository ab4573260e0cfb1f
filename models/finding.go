package models

import "time"

// Severity says how bad a finding is.
type Severity string

// The severities. With an error, a part of the server does not work as it should.
const (
	SeverityWarning Severity = "warning"
	SeverityError   Severity = "error"
)

// Finding is something wrong with the set-up of a server, for its operator.
type Finding struct {
	Name     string   `json:"name"` // of its kind, such as "proxies"
	Severity Severity `json:"severity"`
	Problem  string   `json:"problem"`
	Remedy   string   `json:"remedy"` // what to do
	// Values are what problem and remedy name, for a text in another language.
	Values map[string]string `json:"values,omitempty"`
	Node   string            `json:"node,omitempty"` // the other node that has found it
}

// NodeReport is what a running node tells the others about itself.
type NodeReport struct {
	ID       string
	Name     string // of its machine
	Version  string
	Secret   []byte        // a keyed hash of the node's secret: equal for equal secrets
	Ahead    time.Duration // the node's clock minus the database's
	SeenAt   time.Time     // by the database's clock
	Findings []Finding
}
