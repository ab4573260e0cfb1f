package node

import (
	"encoding/json"
	"log/slog"
	"testing"

	"winnow/models"
	"winnow/storage/storagetest"
)

func TestScheduledModelRunsBesideTheLiveOne(t *testing.T) {
	person := models.Caller{Kind: models.ByModerator, Name: "winnow"}
	for name, test := range map[string]struct {
		wanted, running bool
		by              models.Caller
		runs            string
	}{
		"when it is wanted":               {true, false, models.System, "next"},
		"not when it is not wanted":       {false, false, models.System, ""},
		"not when a person trained it":    {true, false, person, ""},
		"not when another one is running": {true, true, models.System, "other"},
	} {
		t.Run(name, func(t *testing.T) {
			db := storagetest.SQLite(t)
			for _, v := range []string{"live", "next", "other"} {
				if err := db.AddModel(t.Context(), models.System, models.ModelInfo{Version: v, Manifest: json.RawMessage("{}")}, []byte(v)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := db.PromoteModel(t.Context(), models.System, "live"); err != nil {
				t.Fatal(err)
			}
			if test.running {
				if _, err := db.StartShadow(t.Context(), person, "other", false); err != nil {
					t.Fatal(err)
				}
			}
			trainer := newTrainer(&Node{db: db, log: slog.New(slog.DiscardHandler)}, TrainingConfig{AutoPromote: test.wanted})
			if err := trainer.startShadow(t.Context(), test.by, "next"); err != nil {
				t.Fatal(err)
			}
			running, err := db.RunningShadow(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if running != nil {
				got = running.Version
			}
			if got != test.runs {
				t.Errorf("%q runs, want %q", got, test.runs)
			}
			if got == "next" && !running.Promote {
				t.Error("it will not be promoted")
			}
		})
	}
}
