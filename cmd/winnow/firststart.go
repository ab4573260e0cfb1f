package main

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"winnow/classifier"
	"winnow/handlers/password"
	"winnow/models"
	"winnow/storage"
)

// firstStart adds a site, a moderator and the starter model to an empty database
// and returns the credentials. It returns nil when there was nothing to add. When
// several nodes start at once, only the one that added the site returns them.
func firstStart(ctx context.Context, db *storage.DB) (*credentials, error) {
	by := models.Caller{Kind: models.ByCommand, Name: "first start"}
	if err := ensureModel(ctx, db, by); err != nil {
		return nil, err
	}
	sites, err := db.Sites(ctx)
	if err != nil || len(sites) > 0 {
		return nil, err
	}
	moderators, err := db.Moderators(ctx)
	if err != nil || len(moderators) > 0 {
		return nil, err
	}
	w := &credentials{password: randomPassword()}
	hash, err := password.Hash(w.password)
	if err != nil {
		return nil, err
	}
	w.key, err = db.AddFirstSite(ctx, by, models.Site{Slug: "demo", Name: "Demo", Mode: models.ModePost},
		models.Moderator{Name: "admin", Role: models.RoleAdmin, PasswordHash: hash, TemporaryPassword: true})
	if models.KindOf(err) == models.KindConflict {
		return nil, nil
	}
	return w, err
}

// ensureModel promotes the starter model when no model is live.
func ensureModel(ctx context.Context, db *storage.DB, by models.Caller) error {
	_, err := db.LiveModel(ctx)
	if models.KindOf(err) != models.KindNotFound {
		return err
	}
	starter, err := classifier.Starter()
	if err != nil {
		return err
	}
	if err := addModel(ctx, db, by, starter, "starter"); err != nil {
		return err
	}
	_, err = db.PromoteModel(ctx, by, starter.Version())
	return err
}

// addModel stores a model as a candidate.
func addModel(ctx context.Context, db *storage.DB, by models.Caller, m *classifier.Model, origin string) error {
	var file bytes.Buffer
	if _, err := m.WriteTo(&file); err != nil {
		return err
	}
	manifest, err := json.Marshal(m.Manifest())
	if err != nil {
		return err
	}
	return db.AddModel(ctx, by, models.ModelInfo{
		Version: m.Version(), Origin: origin, By: by.String(), Manifest: manifest,
		Size: int64(file.Len()), CreatedAt: time.Now(),
	}, file.Bytes())
}
