package handlers_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"winnow/classifier"
	"winnow/models"
	"winnow/storage/memory"
	"winnow/storage/storagetest"
)

// trainingRows is n rows each of ham and spam that are easy to tell apart, and too
// short to be near-copies of each other.
func trainingRows(n int) (rows []models.Label) {
	places := []string{"harbour", "library", "market", "bridge", "theatre", "station"}
	offers := []string{"pills", "bonus", "followers", "profit", "loans", "watches"}
	for i := range n {
		rows = append(rows,
			models.Label{Label: models.Ham, Text: fmt.Sprintf("The council was right: %s %d.", places[i%6], i)},
			models.Label{Label: models.Spam, Text: fmt.Sprintf("Cheap %s now!!! Click http://offer%d.example/win", offers[i%6], i)},
		)
	}
	return rows
}

// all yields rows without errors.
func all(rows []models.Label) func(func(models.Label, error) bool) {
	return func(yield func(models.Label, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (d *testNode) trainedModel(n int) *classifier.Model {
	d.Helper()
	return d.trained(trainingRows(n))
}

// trainedModels are by their rows: several tests train on the same.
var trainedModels sync.Map

func (d *testNode) trained(rows []models.Label) *classifier.Model {
	d.Helper()
	key := fmt.Sprint(rows)
	if m, ok := trainedModels.Load(key); ok {
		return m.(*classifier.Model)
	}
	m, _, err := classifier.Train(d.Context(), all(rows), classifier.TrainOptions{})
	d.must(err)
	trainedModels.Store(key, m)
	return m
}

type modelList struct {
	Items    []models.ModelInfo `json:"items"`
	Training *struct {
		ID, State, By, Version, Error string
	} `json:"training"`
}

func (d *testNode) models() (got modelList) {
	d.Helper()
	d.as("eve", "GET", "/v1/models", nil).into(http.StatusOK, &got)
	return got
}

// afterTraining returns the models when no training runs. It asks seldom, because a
// training yields its core to whatever else computes.
func (d *testNode) afterTraining() modelList {
	d.Helper()
	got := d.models()
	for ; got.Training.State == "running"; got = d.models() {
		time.Sleep(50 * time.Millisecond)
	}
	return got
}

func (d *testNode) live() string {
	d.Helper()
	var got []string
	for _, m := range d.models().Items {
		if m.Live {
			got = append(got, m.Version)
		}
	}
	if len(got) != 1 {
		d.Fatalf("live models: %v", got)
	}
	return got[0]
}

// scoredBy returns the model that scores a new comment.
func (d *testNode) scoredBy() string {
	d.Helper()
	var got struct{ Verdict models.Verdict }
	d.as("front end", "POST", "/v1/comments", object{
		"article": object{"id": "harbour"}, "author": object{"name": "Reader"}, "body": "A comment on the harbour, " + rand.Text(),
	}).into(http.StatusCreated, &got)
	return got.Verdict.Model
}

func TestModels(t *testing.T) {
	t.Parallel()
	for sentence, test := range map[string]func(*testNode){
		"an uploaded model waits, is promoted, scores, and is rolled back": promoteAndRollBack,
		"a promotion reaches the other nodes":                              promoteEverywhere,
		"the labels of the installation train a candidate":                 trainFromLabels,
		"a training is cancelled on any node":                              cancelTraining,
	} {
		onBoth(t, sentence, test)
	}
}

func promoteAndRollBack(d *testNode) {
	starter, m := d.live(), d.trainedModel(100)
	var info models.ModelInfo
	for range 2 { // the same file again is no mistake
		d.as("ada", "POST", "/v1/models", modelFile(d.T, m)).into(http.StatusCreated, &info)
	}
	if info.Version != m.Version() || info.Live || info.Origin != "upload" || info.By != "ada" || len(d.models().Items) != 2 {
		d.Fatalf("uploaded: %+v", info)
	}
	if got := d.scoredBy(); got != starter {
		d.Errorf("before the promotion %s scores", got)
	}
	d.as("ada", "POST", "/v1/models/"+info.Version+"/promote", object{}).into(http.StatusOK, &info)
	if got := d.scoredBy(); !info.Live || got != m.Version() {
		d.Errorf("promoted %+v, %s scores", info, got)
	}
	d.as("ada", "POST", "/v1/models/rollback", object{}).into(http.StatusOK, &info)
	if got := d.scoredBy(); info.Version != starter || got != starter {
		d.Errorf("rolled back to %+v, %s scores", info, got)
	}
	d.as("ada", "POST", "/v1/models/rollback", object{}).must(http.StatusConflict)
	d.as("ada", "POST", "/v1/models/unknown/promote", object{}).must(http.StatusNotFound)
}

func promoteEverywhere(d *testNode) {
	m, notifier := d.trainedModel(100), memory.NewNotifier()
	d.serve(notifier)
	one := *d
	d.serve(notifier)
	d.as("ada", "POST", "/v1/models", modelFile(d.T, m)).must(http.StatusCreated)
	d.as("ada", "POST", "/v1/models/"+m.Version()+"/promote", object{}).must(http.StatusOK)
	for one.scoredBy() != m.Version() {
	}
}

func trainFromLabels(d *testNode) {
	d.as("ada", "POST", "/v1/models/train", object{}).names("labels")
	_, _, err := d.db.ImportLabels(d.Context(), operator, all(trainingRows(100)))
	d.must(err)
	var job struct{ ID, State string }
	r := d.as("ada", "POST", "/v1/models/train", object{})
	if r.into(http.StatusAccepted, &job); job.ID == "" || job.State != "running" || r.header.Get("Location") != "/v1/models" {
		d.Fatalf("begun: %s", r.body)
	}
	got := d.afterTraining()
	if got.Training.ID != job.ID || got.Training.State != "done" || got.Training.By != "ada" {
		d.Fatalf("training: %+v", got.Training)
	}
	i := slices.IndexFunc(got.Items, func(m models.ModelInfo) bool { return m.Version == got.Training.Version })
	if i < 0 || got.Items[i].Origin != "train" || got.Items[i].Live {
		d.Fatalf("models: %+v", got.Items)
	}
	d.as("ada", "POST", "/v1/models/"+got.Training.Version+"/promote", object{}).must(http.StatusOK)
}

func cancelTraining(d *testNode) {
	d.as("ada", "DELETE", "/v1/models/train", nil).must(http.StatusNotFound)
	_, _, err := d.db.ImportLabels(d.Context(), operator, all(trainingRows(4000)))
	d.must(err)
	d.as("ada", "POST", "/v1/models/train", object{}).must(http.StatusAccepted)
	one := *d
	d.serve(memory.NewNotifier()) // another node
	d.as("bob", "DELETE", "/v1/models/train", nil).must(http.StatusForbidden)
	d.as("ada", "DELETE", "/v1/models/train", nil).must(http.StatusAccepted)
	got := d.afterTraining()
	if got.Training.State != "cancelled" || len(got.Items) != 1 || one.models().Training.State != "cancelled" {
		d.Errorf("training %+v, %d models", got.Training, len(got.Items))
	}
	d.as("ada", "POST", "/v1/models/train", object{}).must(http.StatusAccepted) // the next one may start
}

func TestBadModels(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	live := d.live()
	whole := modelFile(t, d.trainedModel(100))
	for name, file := range map[string][]byte{"nothing": {}, "something else": []byte("not a model"), "half a model": whole[:len(whole)/2]} {
		t.Run(name, func(t *testing.T) {
			r := d.as("ada", "POST", "/v1/models", file)
			r.T = t
			r.must(http.StatusUnprocessableEntity)
		})
	}
	d.as("ada", "POST", "/v1/models", object{}).must(http.StatusUnsupportedMediaType)
	if d.live() != live || d.scoredBy() != live {
		t.Error("the live model did not stay")
	}
}

func TestOneTrainingAtATime(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	_, _, err := d.db.ImportLabels(t.Context(), operator, all(trainingRows(100)))
	d.must(err)
	d.stop() // what is ordered now is never done
	d.as("ada", "POST", "/v1/models/train", object{}).must(http.StatusAccepted)
	d.as("ada", "POST", "/v1/models/train", object{}).must(http.StatusConflict)
	if job := d.models().Training; job == nil || job.State != "running" || job.By != "ada" {
		t.Errorf("training: %+v", job)
	}
}

// TestOneUploadAtATime: another one is refused while the first is received, and junk is
// refused before it has been received.
func TestOneUploadAtATime(t *testing.T) {
	d := newTestNode(t, storagetest.SQLite(t))
	whole := modelFile(t, d.trainedModel(100))
	begun := len(whole) / 2 // more than the client keeps back in its buffer
	begin := func() (*io.PipeWriter, chan reply) {
		rest, body := io.Pipe()
		answer := make(chan reply, 1)
		go func() {
			req := d.request("ada", "POST", "/v1/models", []byte{})
			req.Body, req.ContentLength = rest, -1
			answer <- d.send(req)
		}()
		_, _ = body.Write(whole[:begun]) // fails when it is refused
		return body, answer
	}
	body, first := begin()
	second := d.as("ada", "POST", "/v1/models", whole)
	for second.status == http.StatusCreated { // the first had not begun, or was refused
		select {
		case <-first:
			body, first = begin()
		default:
		}
		second = d.as("ada", "POST", "/v1/models", whole)
	}
	second.must(http.StatusServiceUnavailable)
	if !strings.Contains(string(second.body), "another upload is running") {
		t.Errorf("it does not say why: %s", second.body)
	}
	labels := d.request("eve", "POST", "/v1/labels", `{"text":"a","label":"ham"}`)
	labels.Header.Set("Content-Type", "application/jsonl")
	d.send(labels).must(http.StatusServiceUnavailable)
	_, err := body.Write(whole[begun:])
	d.must(errors.Join(err, body.Close()))
	(<-first).must(http.StatusCreated)

	endless, junk := io.Pipe()
	defer junk.Close()
	go func() {
		for page := make([]byte, 4096); ; {
			if _, err := junk.Write(page); err != nil {
				return
			}
		}
	}()
	req := d.request("ada", "POST", "/v1/models", []byte{})
	req.Body, req.ContentLength = endless, -1
	d.send(req).must(http.StatusUnprocessableEntity)
}
