package node

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"winnow/classifier"
	"winnow/models"
)

// Training is one training of a model, on the node that does it.
type Training struct {
	ID        string     `json:"id"`
	State     string     `json:"state"` // running, done or failed
	By        string     `json:"by"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	Done      int        `json:"done"` // of Total steps
	Total     int        `json:"total"`
	Version   string     `json:"version,omitempty"` // of the model, when done
	Error     string     `json:"error,omitempty"`   // for clients: the handler derives it from Failure
	Failure   error      `json:"-"`                 // when failed
}

// Trainer does one training at a time. Each node has its own; the models are
// for all nodes.
type Trainer struct {
	started chan models.Caller // has room for the one training that may run

	mu   sync.Mutex
	last *Training // nil before the first
}

func newTrainer() *Trainer { return &Trainer{started: make(chan models.Caller, 1)} }

// Start starts a training, unless one is running.
func (t *Trainer) Start(by models.Caller, at time.Time) (Training, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last != nil && t.last.State == "running" {
		return Training{}, models.Errorf(models.KindConflict, "a training that %s began is running", t.last.By)
	}
	t.last = &Training{ID: uuid.Must(uuid.NewV7()).String(), State: "running", By: by.Name, StartedAt: at}
	t.started <- by
	return *t.last, nil
}

// Last returns the training that is running, or else the last one; nil when
// there was none.
func (t *Trainer) Last() *Training {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		return nil
	}
	last := *t.last
	return &last
}

func (t *Trainer) progress(done, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last.Done, t.last.Total = done, total
}

func (t *Trainer) end(at time.Time, version string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last.State, t.last.EndedAt, t.last.Version = "done", &at, version
	if err != nil {
		t.last.State, t.last.Failure = "failed", err
	}
}

// runTrainings does the trainings that are started, until ctx ends.
func (n *Node) runTrainings(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case by := <-n.trainer.started:
			version, err := n.runTraining(ctx, by)
			n.trainer.end(n.now().UTC(), version, err)
			if err != nil && ctx.Err() == nil {
				n.log.ErrorContext(ctx, "training failed", "error", err)
			}
		}
	}
}

// runTraining trains one model and stores it as a candidate.
func (n *Node) runTraining(ctx context.Context, by models.Caller) (version string, err error) {
	// The base is not the live model: it may have learned from the same labels.
	base, err := classifier.Starter()
	if err != nil {
		return "", err
	}
	m, _, err := classifier.Train(ctx, n.db.TrainingLabels(ctx), classifier.TrainOptions{
		Base: base, Progress: n.trainer.progress,
	})
	if err != nil {
		return "", err
	}
	var data bytes.Buffer
	if _, err := m.WriteTo(&data); err != nil {
		return "", fmt.Errorf("write model %s: %w", m.Version(), err)
	}
	return m.Version(), n.StoreModel(ctx, by, m, "train", data.Bytes())
}
