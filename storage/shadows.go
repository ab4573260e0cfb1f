package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

const shadowColumns = `SELECT version, live, started_by, promote, since, until, comments, held_now, held_next, rejected_now, rejected_next,
	differences, dealt, looked_at, candidate_right, live_right, outcome FROM shadows`

// shadowRow is a shadow with how many of its differences were dealt to moderators.
type shadowRow struct {
	models.ShadowRun
	dealt int
}

func readShadow(scan sqldb.Scanner) (r shadowRow, err error) {
	var since int64
	var until *int64
	err = scan(&r.Version, &r.Live, &r.By, &r.Promote, &since, &until, &r.Comments, &r.HeldNow, &r.HeldThen, &r.RejectedNow, &r.RejectedThen,
		&r.Differences, &r.dealt, &r.LookedAt, &r.CandidateRight, &r.LiveRight, &r.Outcome)
	r.Since = fromMicros(since)
	if until != nil {
		at := fromMicros(*until)
		r.Until = &at
	}
	return r, err
}

// runningShadow returns the shadow that runs, with what people have said so far;
// nil when none does. With lock, its row stays locked.
func (t *tx) runningShadow(lock bool) (*shadowRow, error) {
	query := shadowColumns + ` WHERE until IS NULL`
	if lock {
		query += t.ForUpdate()
	}
	rows, err := sqldb.List(t, readShadow, query)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	r := rows[0]
	return &r, t.countAnswers(&r.ShadowRun)
}

// countAnswers counts what people said of the differences of the shadow that runs:
// by the decision in force on the comment, or else by a second look.
func (t *tx) countAnswers(s *models.ShadowRun) error {
	type answer struct {
		models.ShadowDifference
		said models.Action
	}
	answers, err := sqldb.List(t, func(scan sqldb.Scanner) (a answer, err error) {
		err = scan(&a.Site, &a.Comment, &a.Now, &a.Then, &a.said)
		return a, err
	}, `SELECT x.site, x.comment_id, x.action_now, x.action_next, coalesce(
		(SELECT d.action FROM decisions d WHERE d.site = x.site AND d.comment_id = x.comment_id AND d.undone_at IS NULL AND d.action <> 'escalate' ORDER BY d.id DESC LIMIT 1),
		(SELECT l.second_action FROM second_looks l WHERE l.site = x.site AND l.comment_id = x.comment_id AND l.of = 'machine' AND l.decided_at IS NOT NULL ORDER BY l.id DESC LIMIT 1),
		'') FROM shadow_differences x`)
	for _, a := range answers {
		if a.said == "" {
			continue
		}
		s.LookedAt++
		if a.CandidateIsRight(a.said) {
			s.CandidateRight++
		} else {
			s.LiveRight++
		}
	}
	return err
}

// addShadows adds to models the shadows that they have or had.
func (t *tx) addShadows(all []models.ModelInfo) error {
	rows, err := sqldb.List(t, readShadow, shadowColumns)
	if err != nil {
		return err
	}
	shadows := make(map[string]*models.ShadowRun, len(rows))
	for i := range rows {
		s := &rows[i].ShadowRun
		if shadows[s.Version] = s; s.Until == nil {
			if err := t.countAnswers(s); err != nil {
				return err
			}
		}
	}
	for i := range all {
		all[i].Shadow = shadows[all[i].Version]
	}
	return nil
}

// StartShadow lets a candidate run beside the live model, on the comments that
// arrive from now on. It is a conflict while another one runs, and for the live
// model. Starting the one that runs only changes whether it is to be promoted.
func (db *DB) StartShadow(ctx context.Context, by models.Caller, version string, promote bool) (models.ShadowRun, error) {
	return update(ctx, db, func(t *tx) (none models.ShadowRun, err error) {
		if err := t.lockTask(TrafficTask); err != nil { // so that only one starts
			return none, err
		}
		if _, err := sqldb.One(t, sqldb.ScanOne[string], `SELECT version FROM models WHERE version = $1`, version); err != nil {
			return none, notFoundIf(err, "there is no model %q", version)
		}
		running, err := t.runningShadow(true)
		if err != nil {
			return none, err
		}
		audit := func() error {
			return t.audit(by, "", "model.shadow", version, nil, map[string]bool{"promote": promote})
		}
		if running != nil {
			if running.Version != version {
				return none, models.Errorf(models.KindConflict, "model %s is running beside the live model", running.Version)
			}
			if running.Promote == promote {
				return running.ShadowRun, nil
			}
			running.Promote = promote
			if _, err := t.UpdateRow("shadows", "version", version, "promote", promote); err != nil {
				return none, err
			}
			return running.ShadowRun, audit()
		}
		live, err := t.liveModel()
		if err != nil {
			return none, err
		}
		if live.Version == version {
			return none, models.Errorf(models.KindConflict, "model %s is live", version)
		}
		s := models.ShadowRun{Version: version, Live: live.Version, By: by.Name, Since: t.Now, Promote: promote}
		if err := t.insertShadow(s); err != nil {
			return none, err
		}
		return s, audit()
	})
}

// insertShadow stores a shadow that begins, in place of an earlier one of the same model.
func (t *tx) insertShadow(s models.ShadowRun) error {
	if _, err := t.Exec(`DELETE FROM shadow_differences`); err != nil {
		return err
	}
	for _, table := range []string{"shadows", "shadow_sites"} {
		if _, err := t.Exec(`DELETE FROM `+table+` WHERE version = $1`, s.Version); err != nil {
			return err
		}
	}
	_, err := t.InsertRow("shadows", "",
		"version", s.Version, "live", s.Live, "started_by", s.By, "promote", s.Promote, "since", micros(s.Since),
		"comments", 0, "held_now", 0, "held_next", 0, "rejected_now", 0, "rejected_next", 0, "differences", 0, "dealt", 0,
		"looked_at", 0, "candidate_right", 0, "live_right", 0, "outcome", "")
	return err
}

// EndShadow ends the shadow of a model, or returns KindNotFound when it does not
// run. outcome says why.
func (db *DB) EndShadow(ctx context.Context, by models.Caller, version, outcome string) (models.ShadowRun, error) {
	return db.stopShadow(ctx, by, version, outcome, func(*tx) error { return nil })
}

// RefuseShadow is EndShadow because the candidate may not go live, with an event of that.
func (db *DB) RefuseShadow(ctx context.Context, by models.Caller, version, outcome string) (models.ShadowRun, error) {
	return db.stopShadow(ctx, by, version, outcome, func(t *tx) error { return t.event(models.ModelRefused, "", version, "", "") })
}

func (db *DB) stopShadow(ctx context.Context, by models.Caller, version, outcome string, tell func(*tx) error) (models.ShadowRun, error) {
	return update(ctx, db, func(t *tx) (none models.ShadowRun, err error) {
		r, err := t.runningShadow(true)
		if err != nil {
			return none, err
		}
		if r == nil || r.Version != version {
			return none, models.Errorf(models.KindNotFound, "model %q does not run beside the live model", version)
		}
		if err := t.endShadow(&r.ShadowRun, outcome); err != nil {
			return none, err
		}
		if err := tell(t); err != nil {
			return none, err
		}
		return r.ShadowRun, t.audit(by, "", "model.shadow_end", version, nil, map[string]string{"outcome": r.Outcome})
	})
}

func (t *tx) endShadow(s *models.ShadowRun, outcome string) error {
	s.Until, s.Outcome = &t.Now, sqldb.SanitizeText(outcome)
	_, err := t.UpdateRow("shadows", "version", s.Version, "until", micros(t.Now), "outcome", s.Outcome,
		"looked_at", s.LookedAt, "candidate_right", s.CandidateRight, "live_right", s.LiveRight)
	return err
}

// OutcomeByHand is the outcome of a shadow whose model was promoted meanwhile.
const OutcomeByHand = "the model was made live by hand"

// restartShadow ends the shadow of a model that has become live, and lets the one
// of another start anew: what it has counted compares it with a model that is gone.
func (t *tx) restartShadow(live string) error {
	r, err := t.runningShadow(true)
	if err != nil || r == nil || r.Live == live {
		return err
	}
	if r.Version == live {
		return t.endShadow(&r.ShadowRun, OutcomeByHand)
	}
	return t.insertShadow(models.ShadowRun{Version: r.Version, Live: live, By: r.By, Since: t.Now, Promote: r.Promote})
}

// RunningShadow returns the shadow that runs, or nil.
func (db *DB) RunningShadow(ctx context.Context) (*models.ShadowRun, error) {
	return read(ctx, db, func(t *tx) (*models.ShadowRun, error) {
		r, err := t.runningShadow(false)
		if err != nil || r == nil {
			return nil, err
		}
		return &r.ShadowRun, nil
	})
}

// ShadowSites returns the counts of the shadow of a model by site. They lack what was
// counted before sites were counted apart.
func (db *DB) ShadowSites(ctx context.Context, version string) (map[string]models.ShadowCounts, error) {
	return read(ctx, db, func(t *tx) (map[string]models.ShadowCounts, error) {
		sites := map[string]models.ShadowCounts{}
		_, err := sqldb.List(t, func(scan sqldb.Scanner) (site string, err error) {
			var c models.ShadowCounts
			err = scan(&site, &c.Comments, &c.HeldNow, &c.HeldThen, &c.RejectedNow, &c.RejectedThen, &c.Differences)
			sites[site] = c
			return site, err
		}, `SELECT site, comments, held_now, held_next, rejected_now, rejected_next, differences FROM shadow_sites WHERE version = $1`, version)
		return sites, err
	})
}

// PromoteShadow makes the candidate of a shadow live, and ends the shadow; outcome says
// why. It is a conflict unless that shadow, with the live model it began with, runs.
func (db *DB) PromoteShadow(ctx context.Context, by models.Caller, s models.ShadowRun, outcome string) (models.ModelInfo, error) {
	return update(ctx, db, func(t *tx) (none models.ModelInfo, err error) {
		r, err := t.runningShadow(true)
		if err != nil {
			return none, err
		}
		live, err := t.liveModel()
		if err != nil {
			return none, err
		}
		if r == nil || r.Version != s.Version || !r.Since.Equal(s.Since) || !r.Promote || live.Version != s.Live {
			return none, models.Errorf(models.KindConflict, "the shadow of model %s has changed", s.Version)
		}
		if err := t.endShadow(&r.ShadowRun, outcome); err != nil {
			return none, err
		}
		if err := t.addPromotion(s.Version); err != nil {
			return none, err
		}
		return t.publishLiveModel(by, "model.promote", live.Version, promotionNote{Shadow: r.Outcome})
	})
}
