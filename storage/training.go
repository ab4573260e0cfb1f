package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// trainingRow is the value of the setting "training": the current or last
// training, and the lease of the node that runs it.
type trainingRow struct {
	models.Training
	LeaseUntil int64  `json:"lease_until"` // in microseconds, by the database's clock
	CancelBy   string `json:"cancel_by,omitempty"`
}

// training returns the row with the training as it is: one whose node has not
// renewed the lease has failed. With lock, the row stays locked until the
// transaction ends.
func (t *tx) training(lock bool) (r trainingRow, err error) {
	locked := ""
	if lock {
		if _, err := t.Exec(`INSERT INTO settings (name, value) VALUES ('training', $1) ON CONFLICT (name) DO NOTHING`, []byte("{}")); err != nil {
			return r, err
		}
		locked = t.ForUpdate()
	}
	data, err := sqldb.List(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = 'training'`+locked)
	if err != nil || len(data) == 0 {
		return r, err
	}
	if err := json.Unmarshal(data[0], &r); err != nil {
		return r, fmt.Errorf("read the state of the training: %w", err)
	}
	if r.State == models.TrainingRunning && r.LeaseUntil <= micros(t.Now) {
		ended := fromMicros(r.LeaseUntil)
		r.State, r.EndedAt, r.Error = models.TrainingFailed, &ended, "the node that trained it has ended"
	}
	return r, nil
}

func (t *tx) setTraining(r trainingRow) error {
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write the state of the training: %w", err)
	}
	_, err = t.Exec(`UPDATE settings SET value = $1 WHERE name = 'training'`, data)
	return err
}

// StartTraining records a training of a number of labels, which the calling node
// runs, unless one is running anywhere: then it is a conflict. The node must renew
// the lease.
func (db *DB) StartTraining(ctx context.Context, by models.Caller, labels int, lease time.Duration) (models.Training, error) {
	return update(ctx, db, func(t *tx) (none models.Training, err error) {
		old, err := t.training(true)
		if err != nil {
			return none, err
		}
		if old.State == models.TrainingRunning {
			return none, models.Errorf(models.KindConflict, "a training that %s started is running", old.By)
		}
		r := trainingRow{
			Training:   models.Training{ID: newID(), State: models.TrainingRunning, By: by.Name, StartedAt: t.Now, Labels: labels},
			LeaseUntil: micros(t.Now.Add(lease)),
		}
		if err := t.setTraining(r); err != nil {
			return none, err
		}
		return r.Training, t.audit(by, "", "training.start", r.ID, nil, map[string]int{"labels": labels})
	})
}

// RenewTraining renews the lease of a running training and records its progress.
// It reports whether the training is to be cancelled. It is a conflict when the
// lease has ended.
func (db *DB) RenewTraining(ctx context.Context, id string, done, total int, lease time.Duration) (cancel bool, err error) {
	return update(ctx, db, func(t *tx) (bool, error) {
		r, err := t.ownTraining(id)
		if err != nil {
			return false, err
		}
		r.Done, r.Total, r.LeaseUntil = done, total, micros(t.Now.Add(lease))
		return r.CancelBy != "", t.setTraining(r)
	})
}

// ownTraining returns the row of a training whose lease has not ended.
func (t *tx) ownTraining(id string) (trainingRow, error) {
	r, err := t.training(true)
	if err == nil && (r.ID != id || r.State != models.TrainingRunning) {
		err = models.Errorf(models.KindConflict, "the training was taken over")
	}
	return r, err
}

// CancelTraining asks the node that trains to stop, and returns the training. It
// is KindNotFound when none is running.
func (db *DB) CancelTraining(ctx context.Context, by models.Caller) (models.Training, error) {
	return update(ctx, db, func(t *tx) (none models.Training, err error) {
		r, err := t.training(true)
		if err != nil {
			return none, err
		}
		if r.State != models.TrainingRunning {
			return none, models.Errorf(models.KindNotFound, "no training is running")
		}
		if r.CancelBy != "" {
			return r.Training, nil
		}
		r.CancelBy = by.Name
		if err := t.setTraining(r); err != nil {
			return none, err
		}
		return r.Training, t.audit(by, "", "training.cancel", r.ID, nil, nil)
	})
}

// EndTraining records how a training ended: with a model's version, with an error,
// or cancelled. It is a conflict when the lease has ended.
func (db *DB) EndTraining(ctx context.Context, by models.Caller, id string, state models.TrainingState, version, failure string) error {
	return apply(ctx, db, func(t *tx) error {
		r, err := t.ownTraining(id)
		if err != nil {
			return err
		}
		r.State, r.EndedAt, r.Version, r.Error = state, &t.Now, version, failure
		if err := t.setTraining(r); err != nil {
			return err
		}
		after := map[string]string{"state": string(state), "version": version, "error": failure}
		for name, value := range after {
			if value == "" {
				delete(after, name)
			}
		}
		return t.audit(by, "", "training.end", id, nil, after)
	})
}

// LastTraining returns the training that is running on any node, or else the last
// one; nil when there was none.
func (db *DB) LastTraining(ctx context.Context) (*models.Training, error) {
	return read(ctx, db, func(t *tx) (*models.Training, error) {
		r, err := t.training(false)
		if err != nil || r.ID == "" {
			return nil, err
		}
		return &r.Training, nil
	})
}
