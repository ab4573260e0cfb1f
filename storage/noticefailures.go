package storage

import (
	"context"

	"winnow/models"
	"winnow/storage/sqldb"
)

func (t *tx) noteFailure(m models.OutgoingMessage, why string, givenUp int) error {
	_, err := t.InsertRow("notice_failures", `ON CONFLICT (site, target, recipient) DO UPDATE SET
		failed_at = excluded.failed_at, error = excluded.error, given_up = notice_failures.given_up + excluded.given_up`,
		"site", m.Site, "target", string(m.Channel.Target()), "recipient", m.To, "since", micros(t.Now), "failed_at", micros(t.Now),
		"error", sqldb.SanitizeText(why), "given_up", givenUp)
	return err
}

func (t *tx) forgetFailure(m models.OutgoingMessage) error {
	_, err := t.Exec(`DELETE FROM notice_failures WHERE site = $1 AND target = $2 AND recipient = $3`, m.Site, string(m.Channel.Target()), m.To)
	return err
}

// forgetFailures is for when the settings of a site have changed, by which messages are sent.
func (t *tx) forgetFailures(site string) error {
	_, err := t.Exec(`DELETE FROM notice_failures WHERE site = $1`, site)
	return err
}

const noticeFailureColumns = `site, target, recipient, since, failed_at, error, given_up`

func readNoticeFailure(scan sqldb.Scanner) (f models.NoticeFailure, err error) {
	var since, failed int64
	err = scan(&f.Site, &f.Target, &f.Recipient, &since, &failed, &f.Error, &f.GivenUp)
	f.Since, f.FailedAt = fromMicros(since), fromMicros(failed)
	return f, err
}

// NoticeFailures returns what cannot be sent for a site.
func (db *DB) NoticeFailures(ctx context.Context, site string) ([]models.NoticeFailure, error) {
	return read(ctx, db, func(t *tx) ([]models.NoticeFailure, error) {
		return sqldb.List(t, readNoticeFailure, `SELECT `+noticeFailureColumns+` FROM notice_failures WHERE site = $1 ORDER BY target, recipient`, site)
	})
}

// SitesWithFailures returns the sites for which something cannot be sent.
func (db *DB) SitesWithFailures(ctx context.Context) ([]string, error) {
	return read(ctx, db, func(t *tx) ([]string, error) {
		return sqldb.List(t, sqldb.ScanOne[string], `SELECT DISTINCT site FROM notice_failures WHERE site IS NOT NULL ORDER BY site`)
	})
}
