package storagetest

import (
	"testing"
	"time"

	"winnow/models"
)

var trainingLeaseTests = map[string]func(*testing.T, *fixture){
	"one training runs at a time": func(t *testing.T, l *fixture) {
		if got := must(l.LastTraining(l.ctx))(t); got != nil {
			t.Errorf("there was a training: %+v", got)
		}
		_, err := l.CancelTraining(l.ctx, ann)
		wantKind(t, err, models.KindNotFound)
		first := must(l.StartTraining(l.ctx, ann, 40, time.Hour))(t)
		_, err = l.StartTraining(l.ctx, bob, 40, time.Hour)
		wantKind(t, err, models.KindConflict)
		equal(t, "cancelled", must(l.RenewTraining(l.ctx, first.ID, 7, 9, time.Hour))(t), false)
		got := must(l.LastTraining(l.ctx))(t)
		equal(t, "progress", [2]int{got.Done, got.Total}, [2]int{7, 9})
		equal(t, "by", got.By, "ann")
		equal(t, "labels", got.Labels, 40)
		ok(t, l.EndTraining(l.ctx, ann, first.ID, models.TrainingDone, "v1", ""))
		got = must(l.LastTraining(l.ctx))(t)
		equal(t, "state", got.State, models.TrainingDone)
		equal(t, "version", got.Version, "v1")
		wantKind(t, l.EndTraining(l.ctx, ann, first.ID, models.TrainingFailed, "", "late"), models.KindConflict)
		must(l.StartTraining(l.ctx, bob, 41, time.Hour))(t)
		equal(t, "audit rows", len(trainingAudit(t, l)), 3)
	},
	"a training is cancelled": func(t *testing.T, l *fixture) {
		job := must(l.StartTraining(l.ctx, ann, 40, time.Hour))(t)
		for range 2 { // to ask again changes nothing
			must(l.CancelTraining(l.ctx, bob))(t)
		}
		equal(t, "cancelled", must(l.RenewTraining(l.ctx, job.ID, 1, 2, time.Hour))(t), true)
		ok(t, l.EndTraining(l.ctx, ann, job.ID, models.TrainingCancelled, "", ""))
		equal(t, "state", must(l.LastTraining(l.ctx))(t).State, models.TrainingCancelled)
		rows := trainingAudit(t, l)
		equal(t, "audit rows", len(rows), 3)
	},
	"a training whose lease has ended is taken over": func(t *testing.T, l *fixture) {
		const lease = 100 * time.Millisecond
		lost := must(l.StartTraining(l.ctx, ann, 40, lease))(t)
		l.clock.Advance(lease)
		got := must(l.LastTraining(l.ctx))(t)
		equal(t, "state", got.State, models.TrainingFailed)
		_, err := l.RenewTraining(l.ctx, lost.ID, 1, 2, time.Hour)
		wantKind(t, err, models.KindConflict)
		_, err = l.CancelTraining(l.ctx, ann)
		wantKind(t, err, models.KindNotFound)
		next := must(l.StartTraining(l.ctx, bob, 40, time.Hour))(t)
		wantKind(t, l.EndTraining(l.ctx, ann, lost.ID, models.TrainingDone, "v1", ""), models.KindConflict)
		got = must(l.LastTraining(l.ctx))(t)
		equal(t, "training", got.ID, next.ID)
		equal(t, "state", got.State, models.TrainingRunning)
	},
}

// trainingAudit returns the rows of the audit trail about trainings.
func trainingAudit(t *testing.T, l *fixture) []models.Audit {
	t.Helper()
	rows, _, err := l.AuditPage(l.ctx, ann, models.AuditFilter{Action: "training.*", Limit: 50})
	ok(t, err)
	return rows
}
