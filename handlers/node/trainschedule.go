package node

import (
	"context"
	"time"

	"winnow/models"
)

const (
	// scheduleEvery is how often a node looks whether a training is due.
	scheduleEvery = time.Minute
	// nightlyGap is the least time between the start of any training and that of a
	// nightly one: more than the hour in which the nightly one is due, also when
	// clocks go back.
	nightlyGap = 3 * time.Hour
)

// schedule starts trainings as the settings say, until ctx ends. All nodes may have
// the same settings: only one of them can start a training.
func (t *Trainer) schedule(ctx context.Context) error {
	if t.cfg.After == 0 && t.cfg.At == nil {
		return nil
	}
	tick := time.NewTicker(scheduleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := t.startIfDue(ctx); err != nil && ctx.Err() == nil && models.KindOf(err) != models.KindConflict {
			t.node.log.ErrorContext(ctx, "starting a training failed", "error", err)
		}
	}
}

// startIfDue starts a training that is due. Until there are enough labels none is.
func (t *Trainer) startIfDue(ctx context.Context) error {
	counts, err := t.node.db.LabelCounts(ctx, "")
	if err != nil || checkLabelCounts(counts) != nil {
		return err
	}
	last, err := t.node.db.LastTraining(ctx)
	if err != nil || !t.cfg.due(t.node.now(), last, total(counts)) {
		return err
	}
	_, err = t.Start(ctx, models.System)
	return err
}

// due reports whether a training is due at a time, after the last one (nil: there
// was none), with that many labels. Without new labels none is.
func (c TrainingConfig) due(now time.Time, last *models.Training, labels int) bool {
	if last == nil {
		last = &models.Training{}
	}
	added := labels - last.Labels
	switch {
	case last.State == models.TrainingRunning || added <= 0:
		return false
	case c.After > 0 && added >= c.After:
		return true
	}
	return c.At != nil && now.Hour() == *c.At && now.Sub(last.StartedAt) >= nightlyGap
}
