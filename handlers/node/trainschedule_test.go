package node

import (
	"testing"
	"time"

	"winnow/models"
)

func TestTrainingIsDue(t *testing.T) {
	night := time.Date(2026, 3, 4, 3, 20, 0, 0, time.UTC)
	three := 3
	after := func(state models.TrainingState, before time.Duration, labels int) *models.Training {
		return &models.Training{State: state, StartedAt: night.Add(-before), Labels: labels}
	}
	day := 24 * time.Hour
	for name, test := range map[string]struct {
		cfg    TrainingConfig
		last   *models.Training
		labels int
		want   bool
	}{
		"never without settings":                     {TrainingConfig{}, nil, 1000, false},
		"after enough labels":                        {TrainingConfig{After: 100}, nil, 100, true},
		"not before":                                 {TrainingConfig{After: 100}, nil, 99, false},
		"after enough labels more than last time":    {TrainingConfig{After: 100}, after(models.TrainingDone, day, 500), 600, true},
		"not when they are not new":                  {TrainingConfig{After: 100}, after(models.TrainingDone, day, 550), 600, false},
		"a failed training is not repeated at once":  {TrainingConfig{After: 100}, after(models.TrainingFailed, time.Minute, 600), 600, false},
		"not while one runs":                         {TrainingConfig{After: 100}, after(models.TrainingRunning, day, 0), 600, false},
		"at night":                                   {TrainingConfig{At: &three}, after(models.TrainingDone, day, 500), 501, true},
		"at night only once":                         {TrainingConfig{At: &three}, after(models.TrainingDone, 10*time.Minute, 500), 501, false},
		"at night only with new labels":              {TrainingConfig{At: &three}, after(models.TrainingDone, day, 501), 501, false},
		"not when labels were removed":               {TrainingConfig{At: &three}, after(models.TrainingDone, day, 700), 501, false},
		"the number of labels counts at night, too":  {TrainingConfig{At: &three, After: 1}, after(models.TrainingDone, 10*time.Minute, 500), 501, true},
		"neither the hour nor the number is reached": {TrainingConfig{At: new(int), After: 50}, after(models.TrainingDone, day, 500), 501, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.cfg.due(night, test.last, test.labels); got != test.want {
				t.Errorf("due: %v, want %v", got, test.want)
			}
		})
	}
}
