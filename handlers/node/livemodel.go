package node

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"winnow/classifier"
	"winnow/models"
)

// modelPoll is how often storage is queried for the live model, in case the event
// of a promotion was lost.
const modelPoll = 3 * time.Second

// Model returns the live model.
func (n *Node) Model() *classifier.Model { return n.model.Load() }

// ReloadModel makes the model that is live in storage the one of this node. A
// model that cannot be read never replaces the one that is in use.
func (n *Node) ReloadModel(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	info, err := n.db.LiveModel(ctx)
	if err != nil {
		return err
	}
	if m := n.model.Load(); m != nil && m.Version() == info.Version {
		return nil
	}
	data, err := n.db.ModelData(ctx, info.Version)
	if err != nil {
		return err
	}
	m, err := classifier.Parse(data)
	if err != nil {
		return fmt.Errorf("model %s: %w", info.Version, err)
	}
	n.model.Store(m)
	n.log.InfoContext(ctx, "model is live", "model", m.Version())
	return nil
}

// invalidateModel makes followModel look for another live model.
func (n *Node) invalidateModel(models.Event) {
	select {
	case n.modelStale <- struct{}{}:
	default: // it will look anyway
	}
}

// followModel keeps the live model current until ctx ends.
func (n *Node) followModel(ctx context.Context) error {
	tick := time.NewTicker(modelPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-n.modelStale:
		case <-tick.C:
		}
		if err := n.ReloadModel(ctx); err != nil && ctx.Err() == nil {
			n.log.ErrorContext(ctx, "reloading the live model failed", "error", err)
		}
	}
}

// StoreModel stores a model as a candidate. A model that is there already stays
// as it is.
func (n *Node) StoreModel(ctx context.Context, by models.Caller, m *classifier.Model, origin string, data []byte) error {
	manifest, err := json.Marshal(m.Manifest())
	if err != nil {
		return fmt.Errorf("manifest of model %s: %w", m.Version(), err)
	}
	return n.db.AddModel(ctx, by, models.ModelInfo{Version: m.Version(), Origin: origin, Manifest: manifest}, data)
}
