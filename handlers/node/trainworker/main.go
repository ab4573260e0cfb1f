package trainworker

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"winnow/classifier"
	"winnow/models"
)

// reportEvery is how often the worker writes its progress. A write that fails
// also tells it that the server is gone.
const reportEvery = 500 * time.Millisecond

// Main is what the process does: it trains a model from in, writes it
// to out, and returns. An error of the training is written to out as well.
func Main(ctx context.Context, in io.Reader, out io.Writer) error {
	prepare()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var p progress
	var reporter sync.WaitGroup
	finished := make(chan struct{})
	reporter.Go(func() {
		if err := p.report(out, finished); err != nil {
			cancel(err)
		}
	})
	data, err := train(ctx, in, p.set)
	close(finished)
	reporter.Wait() // from here on, nobody else writes
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		last := output{Kind: models.KindOf(err), Error: err.Error()}
		return errors.Join(err, json.NewEncoder(out).Encode(last))
	}
	if err := json.NewEncoder(out).Encode(output{Size: int64(len(data))}); err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	if _, err := out.Write(data); err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	return nil
}

// train returns the file of a model that is trained from in.
func train(ctx context.Context, in io.Reader, progress func(done, total int)) ([]byte, error) {
	// The base is not the live model: it may have learned from the same labels.
	base, err := classifier.Starter()
	if err != nil {
		return nil, err
	}
	r := &reader{json.NewDecoder(bufio.NewReaderSize(in, 1<<18))}
	first, err := r.next()
	if err != nil {
		return nil, err
	}
	opt := classifier.TrainOptions{Base: base, Progress: progress, Traffic: r.samples}
	if first.Settings != nil {
		opt.HoldBudgets = first.Settings.HoldBudgets
	}
	m, _, err := classifier.Train(ctx, r.labels, opt)
	if err != nil {
		return nil, err
	}
	var data bytes.Buffer
	if _, err := m.WriteTo(&data); err != nil {
		return nil, fmt.Errorf("write model %s: %w", m.Version(), err)
	}
	return data.Bytes(), nil
}

// reader reads the worker's input. The labels must be read first, to their end.
type reader struct{ lines *json.Decoder }

func (r *reader) next() (line input, err error) {
	if err := r.lines.Decode(&line); err != nil {
		return line, fmt.Errorf("read the labels of the server: %w", err)
	}
	return line, nil
}

func (r *reader) labels(yield func(models.Label, error) bool) {
	for {
		line, err := r.next()
		switch {
		case err != nil:
			yield(models.Label{}, err)
			return
		case line.LabelsEnd:
			return
		case line.Label != nil && !yield(*line.Label, nil):
			return
		}
	}
}

func (r *reader) samples(yield func(classifier.Sample, error) bool) {
	for {
		line, err := r.next()
		switch {
		case err != nil:
			yield(classifier.Sample{}, err)
			return
		case line.End:
			return
		case line.Sample != nil && !yield(*line.Sample, nil):
			return
		}
	}
}

// progress is how far the training is.
type progress struct {
	mu          sync.Mutex
	done, total int
}

func (p *progress) set(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = done, total
}

// report writes the progress to out until the training has finished.
func (p *progress) report(out io.Writer, finished <-chan struct{}) error {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	lines := json.NewEncoder(out)
	for {
		select {
		case <-finished:
			return nil
		case <-tick.C:
		}
		p.mu.Lock()
		line := output{Done: p.done, Total: p.total}
		p.mu.Unlock()
		if err := lines.Encode(line); err != nil {
			return fmt.Errorf("the server is gone: %w", err)
		}
	}
}
