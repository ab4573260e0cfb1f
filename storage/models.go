package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"

	"winnow/models"
	"winnow/storage/sqldb"
)

// AddModel stores a model file; CreatedAt, Size and By are set here. To add the
// same version again is no error if the bytes are the same, else a conflict.
func (db *DB) AddModel(ctx context.Context, by models.Caller, info models.ModelInfo, data []byte) error {
	sum := sha256.Sum256(data)
	if len(info.Manifest) == 0 {
		info.Manifest = json.RawMessage("{}")
	}
	return apply(ctx, db, func(t *tx) error {
		added, err := t.InsertRow("models", "ON CONFLICT (version) DO NOTHING",
			"version", info.Version,
			"origin", info.Origin,
			"added_by", by.Name,
			"manifest", string(info.Manifest),
			"size", len(data),
			"sum", sum[:],
			"created_at", micros(t.Now),
			"data", data,
		)
		if err != nil {
			return err
		}
		if added > 0 {
			return t.audit(by, "", "model.add", info.Version, nil, map[string]any{"origin": info.Origin, "size": len(data)})
		}
		there, err := sqldb.One(t, sqldb.ScanOne[[]byte], `SELECT sum FROM models WHERE version = $1`, info.Version)
		if err == nil && !bytes.Equal(there, sum[:]) {
			err = models.Errorf(models.KindConflict, "another model of version %q exists already", info.Version)
		}
		return err
	})
}

const liveVersion = `SELECT version FROM promotions WHERE rolled_back_at IS NULL ORDER BY id DESC LIMIT 1`

const modelColumns = `SELECT m.version, m.origin, m.added_by, m.manifest, m.size, m.created_at,
	(SELECT max(p.created_at) FROM promotions p WHERE p.version = m.version),
	m.version = coalesce((` + liveVersion + `), '') FROM models m`

func readModel(scan sqldb.Scanner) (m models.ModelInfo, err error) {
	var manifest string
	var created int64
	var promoted *int64
	err = scan(&m.Version, &m.Origin, &m.By, &manifest, &m.Size, &created, &promoted, &m.Live)
	m.Manifest, m.CreatedAt = json.RawMessage(manifest), fromMicros(created)
	if promoted != nil {
		at := fromMicros(*promoted)
		m.PromotedAt = &at
	}
	return m, err
}

// Models returns all models, newest first.
func (db *DB) Models(ctx context.Context) ([]models.ModelInfo, error) {
	return read(ctx, db, func(t *tx) ([]models.ModelInfo, error) {
		all, err := sqldb.List(t, readModel, modelColumns+` ORDER BY m.created_at DESC, m.version`)
		if err != nil {
			return nil, err
		}
		return all, t.addShadows(all)
	})
}

// ModelData returns the bytes of a model file, or KindNotFound.
func (db *DB) ModelData(ctx context.Context, version string) ([]byte, error) {
	return read(ctx, db, func(t *tx) ([]byte, error) {
		data, err := sqldb.One(t, sqldb.ScanOne[[]byte], `SELECT data FROM models WHERE version = $1`, version)
		return data, notFoundIf(err, "there is no model %q", version)
	})
}

// LiveModel returns the model that scores comments, or KindNotFound.
func (db *DB) LiveModel(ctx context.Context) (models.ModelInfo, error) {
	return read(ctx, db, (*tx).liveModel)
}

func (t *tx) liveModel() (models.ModelInfo, error) {
	m, err := sqldb.One(t, readModel, modelColumns+` WHERE m.version = (`+liveVersion+`)`)
	return m, notFoundIf(err, "no model is live")
}

// PromoteModel makes a model live. Promoting the live one changes nothing.
func (db *DB) PromoteModel(ctx context.Context, by models.Caller, version string) (models.ModelInfo, error) {
	return db.promoteModel(ctx, by, version, "")
}

// ForceModel makes a model live that the comparison with the live one refused. The
// note, which must not be empty, says why; it is in the audit trail.
func (db *DB) ForceModel(ctx context.Context, by models.Caller, version, note string) (models.ModelInfo, error) {
	if models.Blank(note) {
		var bad models.Invalid
		bad.AddCode(models.FieldRequired, "note", "must not be empty: why is the model promoted all the same?")
		return models.ModelInfo{}, bad.Err()
	}
	return db.promoteModel(ctx, by, version, note)
}

func (db *DB) promoteModel(ctx context.Context, by models.Caller, version, force string) (models.ModelInfo, error) {
	return update(ctx, db, func(t *tx) (none models.ModelInfo, err error) {
		old, err := t.liveModel()
		if err != nil && models.KindOf(err) != models.KindNotFound {
			return none, err
		}
		if old.Version == version && version != "" {
			return old, nil
		}
		if _, err := sqldb.One(t, sqldb.ScanOne[string], `SELECT version FROM models WHERE version = $1`, version); err != nil {
			return none, notFoundIf(err, "there is no model %q", version)
		}
		if err := t.addPromotion(version); err != nil {
			return none, err
		}
		return t.publishLiveModel(by, "model.promote", old.Version, promotionNote{Forced: sqldb.SanitizeText(force)})
	})
}

// addPromotion makes a model live. The last promotion by its id counts.
func (t *tx) addPromotion(version string) error {
	last, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT id FROM promotions WHERE rolled_back_at IS NULL ORDER BY id DESC LIMIT 1`+t.ForUpdate())
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO promotions (id, version, created_at) VALUES ($1, $2, $3)`, idAfter(strings.Join(last, ""), ""), version, micros(t.Now))
	return err
}

// RollbackModel makes the model live that was live before the present one; a
// second call, the one before that. Without an earlier one it is a conflict.
func (db *DB) RollbackModel(ctx context.Context, by models.Caller) (models.ModelInfo, error) {
	return update(ctx, db, func(t *tx) (none models.ModelInfo, err error) {
		type promotion struct{ id, version string }
		last, err := sqldb.List(t, func(scan sqldb.Scanner) (p promotion, err error) { err = scan(&p.id, &p.version); return p, err },
			`SELECT id, version FROM promotions WHERE rolled_back_at IS NULL ORDER BY id DESC LIMIT 2`+t.ForUpdate())
		if err != nil {
			return none, err
		}
		if len(last) < 2 {
			return none, models.Errorf(models.KindConflict, "there is no earlier model to go back to")
		}
		if _, err := t.Exec(`UPDATE promotions SET rolled_back_at = $1 WHERE id = $2`, micros(t.Now), last[0].id); err != nil {
			return none, err
		}
		return t.publishLiveModel(by, "model.rollback", last[0].version, promotionNote{})
	})
}

// promotionNote is what the audit trail says of a change of the live model.
type promotionNote struct {
	Forced string `json:"forced,omitempty"` // why it was promoted although refused
	Live   string `json:"live"`
	Shadow string `json:"shadow,omitempty"` // why it was promoted by itself
}

// publishLiveModel adds the event and the audit row of a change of the live
// model, and returns the new one. A shadow beside the old one ends or starts anew.
func (t *tx) publishLiveModel(by models.Caller, action, old string, note promotionNote) (models.ModelInfo, error) {
	m, err := t.liveModel()
	if err != nil {
		return m, err
	}
	if err := t.event(models.ModelPromoted, "", m.Version, "", ""); err != nil {
		return m, err
	}
	if err := t.restartShadow(m.Version); err != nil {
		return m, err
	}
	note.Live = m.Version
	return m, t.audit(by, "", action, m.Version, map[string]string{"live": old}, note)
}
