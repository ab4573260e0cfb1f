package handlers

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"winnow/models"
)

// training is one training of a model, on the node that does it.
type training struct {
	ID        string     `json:"id"`
	State     string     `json:"state"` // running, done or failed
	By        string     `json:"by"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	Done      int        `json:"done"` // of Total steps
	Total     int        `json:"total"`
	Version   string     `json:"version,omitempty"` // of the model, when done
	Error     string     `json:"error,omitempty"`   // when failed
}

// trainer does one training at a time. Every node has its own; the models that
// come of it are everybody's.
type trainer struct {
	orders chan models.Caller // has room for the one that may run

	mu  sync.Mutex
	job *training // the last one; nil before the first
}

func newTrainer() *trainer { return &trainer{orders: make(chan models.Caller, 1)} }

// begin orders a training, which run does.
func (t *trainer) begin(by models.Caller, at time.Time) (training, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.job != nil && t.job.State == "running" {
		return training{}, models.Errorf(models.KindConflict, "a training that %s began is running", t.job.By)
	}
	t.job = &training{ID: uuid.Must(uuid.NewV7()).String(), State: "running", By: by.Name, StartedAt: at}
	t.orders <- by
	return *t.job, nil
}

// last returns the training that runs, or ran last; nil when there was none.
func (t *trainer) last() *training {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.job == nil {
		return nil
	}
	job := *t.job
	return &job
}

func (t *trainer) progress(done, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.job.Done, t.job.Total = done, total
}

// train does the trainings that are ordered, until ctx ends.
func (s *Server) train(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case by := <-s.trainer.orders:
			version, err := s.runTraining(ctx, by)
			s.trainer.end(s.now().UTC(), version, err)
			if err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "training failed", "error", err)
			}
		}
	}
}

func (t *trainer) end(at time.Time, version string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.job.State, t.job.EndedAt, t.job.Version = "done", &at, version
	if err != nil {
		t.job.State, t.job.Error = "failed", problemOf(err).Detail
	}
}
