package handlers

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"winnow/classifier"
	"winnow/models"
)

// pollEvery is how often storage is asked for the live model, in case the
// notice of a promotion was lost.
const pollEvery = 3 * time.Second

// reload puts the live model of storage in place. One that cannot be read never
// replaces the one that scores now.
func (s *Server) reload(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	info, err := s.db.LiveModel(ctx)
	if err != nil {
		return err
	}
	if m := s.live.Load(); m != nil && m.Version() == info.Version {
		return nil
	}
	data, err := s.db.ModelData(ctx, info.Version)
	if err != nil {
		return err
	}
	m, err := classifier.Read(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("model %s: %w", info.Version, err)
	}
	s.live.Store(m)
	s.log.InfoContext(ctx, "model is live", "model", m.Version())
	return nil
}

// follow keeps the live model current until ctx ends, and hears what the other
// nodes have changed.
func (s *Server) follow(ctx context.Context) error {
	events, err := s.notifier.Subscribe(ctx)
	if err != nil {
		return fmt.Errorf("subscribe to notices: %w", err)
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			for range events { // the notifier closes it
			}
			return nil
		case e, open := <-events:
			if !open {
				return nil // it closes when ctx ends
			}
			s.heard(e)
			if e.Kind != models.ModelPromoted {
				continue
			}
		case <-tick.C:
		}
		if err := s.reload(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "reloading the live model failed", "error", err)
		}
	}
}
