package node

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"winnow/classifier"
	"winnow/handlers/node/trainworker"
	"winnow/handlers/promotion"
	"winnow/models"
)

const (
	// trainingLease is how long the other nodes wait for one that trains and does
	// not renew its lease.
	trainingLease = 15 * time.Second
	// trainingRenewal is how often a node renews the lease, records the progress and
	// looks whether the training is to be cancelled.
	trainingRenewal = time.Second
	// minLabels is the least number of ham labels, and of spam or abuse labels, that
	// a training needs.
	minLabels = 20
)

// TrainingConfig says how models are trained. The zero value trains none.
type TrainingConfig struct {
	// Command starts the process that trains: it must call trainworker.Main.
	Command []string
	After   int  // train when there are so many labels more than at the last training; 0: off
	At      *int // train every day at this hour of the server's time zone; nil: off
	// AutoPromote lets a model of a training that started by itself run beside the live
	// model, and go live when nothing speaks against it.
	AutoPromote bool
}

// Trainer trains models, on this node and one at a time among all nodes. The
// models are for all nodes.
type Trainer struct {
	node    *Node
	cfg     TrainingConfig
	started chan startedTraining // has room for the one training that may run
}

type startedTraining struct {
	id string
	by models.Caller
}

func newTrainer(n *Node, cfg TrainingConfig) *Trainer {
	return &Trainer{node: n, cfg: cfg, started: make(chan startedTraining, 1)}
}

// Start starts a training on all labels, unless one is running on any node.
func (t *Trainer) Start(ctx context.Context, by models.Caller) (models.Training, error) {
	none := models.Training{}
	counts, err := t.node.db.LabelCounts(ctx, "")
	if err != nil {
		return none, err
	}
	if err := checkLabelCounts(counts); err != nil {
		return none, err
	}
	if len(t.cfg.Command) == 0 {
		return none, models.Errorf(models.KindUnavailable, "this server does not train models")
	}
	job, err := t.node.db.StartTraining(ctx, by, total(counts), trainingLease)
	if err != nil {
		return none, err
	}
	select {
	case t.started <- startedTraining{job.ID, by}:
		return job, nil
	default: // this node is stopping, and has not begun the training before
		return none, models.Errorf(models.KindUnavailable, "this server is stopping")
	}
}

func checkLabelCounts(n map[models.Class]int) error {
	var bad models.Invalid
	if n[models.Ham] < minLabels || max(n[models.Spam], n[models.Abuse]) < minLabels {
		bad.Add("labels", "must have at least %d ham and %d spam or abuse; there are %d ham, %d spam and %d abuse",
			minLabels, minLabels, n[models.Ham], n[models.Spam], n[models.Abuse])
	}
	return bad.Err()
}

func total(counts map[models.Class]int) (sum int) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// run does the trainings that are started here, until ctx ends.
func (t *Trainer) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case job := <-t.started:
			t.runOne(ctx, job)
		}
	}
}

// errCancelled ends a training that somebody cancelled.
var errCancelled = errors.New("the training was cancelled")

// runOne does one training and records how it ended.
func (t *Trainer) runOne(ctx context.Context, job startedTraining) {
	log := t.node.log.With("training", job.id)
	version, err := t.train(ctx, job)
	state, failure := models.TrainingDone, ""
	var known *models.Error
	switch {
	case errors.Is(err, errCancelled):
		state = models.TrainingCancelled
	case ctx.Err() != nil && err != nil:
		state, failure = models.TrainingFailed, "the server was stopped"
	case errors.As(err, &known) && known.Kind != models.KindInternal:
		state, failure = models.TrainingFailed, (&models.Error{Message: known.Message, Fields: known.Fields}).Error() // without its cause
	case err != nil:
		state, failure = models.TrainingFailed, "the error has been logged"
	}
	if failure != "" {
		log.ErrorContext(ctx, "training failed", "error", err)
	} else {
		log.InfoContext(ctx, "training ended", "state", string(state), "model", version)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
	defer cancel()
	if err := t.node.db.EndTraining(ctx, job.by, job.id, state, version, failure); err != nil {
		log.ErrorContext(ctx, "recording the end of the training failed", "error", err)
	}
}

// train trains one model and stores it as a candidate. It never promotes it: at most
// it lets the model run beside the live one first.
func (t *Trainer) train(ctx context.Context, job startedTraining) (version string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var p progress
	finished := make(chan struct{})
	var g errgroup.Group
	g.Go(func() error {
		if err := t.keepLease(ctx, job.id, &p, finished); err != nil {
			cancel(err)
		}
		return nil
	})
	m, file, err := t.runWorker(ctx, &p)
	close(finished)
	_ = g.Wait()
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", err
	}
	if err := t.node.StoreModel(ctx, job.by, m, "train", file); err != nil {
		return m.Version(), err
	}
	return m.Version(), t.startShadow(ctx, job.by, m.Version())
}

// runWorker trains on all labels, with the last comments of every site.
func (t *Trainer) runWorker(ctx context.Context, p *progress) (*classifier.Model, []byte, error) {
	sites, err := t.node.db.Sites(ctx)
	if err != nil {
		return nil, nil, err
	}
	return trainworker.Train(ctx, t.cfg.Command, trainworker.Data{
		Labels:      t.node.db.TrainingLabels(ctx),
		Traffic:     promotion.Traffic(ctx, t.node.db, sites),
		HoldBudgets: promotion.HoldBudgets(sites),
	}, p.set)
}

// startShadow lets a model of a training that started by itself run beside the live
// one, if that is wanted. It stays a candidate when another one is running: that one
// must not lose its time to each that comes after it.
func (t *Trainer) startShadow(ctx context.Context, by models.Caller, version string) error {
	if !t.cfg.AutoPromote || by.Kind != models.System.Kind || by.Name != models.System.Name {
		return nil
	}
	_, err := t.node.db.StartShadow(ctx, by, version, true)
	if models.KindOf(err) == models.KindConflict {
		t.node.log.InfoContext(ctx, "the trained model does not run beside the live one", "model", version, "reason", err)
		return nil
	}
	return err
}

// keepLease renews the lease of a training until it has finished. It returns an
// error when the training must stop: it was cancelled, or the lease is lost.
func (t *Trainer) keepLease(ctx context.Context, id string, p *progress, finished <-chan struct{}) error {
	tick := time.NewTicker(trainingRenewal)
	defer tick.Stop()
	renewed := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-finished:
			return nil
		case <-tick.C:
		}
		done, total := p.get()
		cancelled, err := t.node.db.RenewTraining(ctx, id, done, total, trainingLease)
		switch {
		case cancelled:
			return errCancelled
		case err == nil:
			renewed = time.Now()
		case models.KindOf(err) == models.KindConflict || time.Since(renewed) > trainingLease:
			return err
		}
	}
}
