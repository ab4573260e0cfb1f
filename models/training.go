package models

import "time"

// TrainingState says how a training of a model ended, if it did.
type TrainingState string

const (
	TrainingRunning   TrainingState = "running"
	TrainingDone      TrainingState = "done"
	TrainingFailed    TrainingState = "failed"
	TrainingCancelled TrainingState = "cancelled"
)

// Training is the current training of a model, or the last one. An installation
// runs one at a time, on one of its nodes.
type Training struct {
	ID        string        `json:"id"`
	State     TrainingState `json:"state"`
	By        string        `json:"by"` // who started it; "winnow": the server, as it is set up to
	StartedAt time.Time     `json:"started_at"`
	EndedAt   *time.Time    `json:"ended_at,omitempty"`
	Labels    int           `json:"labels"`            // how many there were at its start
	Done      int           `json:"done"`              // of Total steps
	Total     int           `json:"total"`             // 0: unknown yet
	Version   string        `json:"version,omitempty"` // of the model, when done
	Error     string        `json:"error,omitempty"`   // why it failed
}
