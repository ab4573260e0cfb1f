package handlers_test

import (
	"net/http"
	"testing"

	"winnow/storage/storagetest"
)

func TestOneTrainingAtATime(t *testing.T) {
	d := newDesk(t, storagetest.SQLite(t))
	_, _, err := d.db.ImportLabels(t.Context(), operator, all(trainingRows(100)))
	d.must(err)
	d.stop() // what is ordered now is never done
	d.as("ada", "POST", "/v1/models/train", object{}).must(http.StatusAccepted)
	d.as("ada", "POST", "/v1/models/train", object{}).must(http.StatusConflict)
	if job := d.models().Training; job == nil || job.State != "running" || job.By != "ada" {
		t.Errorf("training: %+v", job)
	}
}
