package storage

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

const (
	// confirmTTL is how long an address can be confirmed. Then it is removed.
	confirmTTL = 48 * time.Hour
	// subscriptionTTL is how long after its confirmation a reader gets mail about a comment.
	subscriptionTTL = 60 * 24 * time.Hour
	// endedTTL is for how long an address is asked nothing after its owner has ended all mail.
	endedTTL = 365 * 24 * time.Hour
	// maxQuestions is how many mails of a site may ask an address whether it wants mail, as
	// long as nobody has said so: each may be one to somebody who does not.
	maxQuestions = 3
	// maxAddresses is how many addresses may wait to be confirmed by one person on a site.
	maxAddresses = 3
)

// Subscribe stores that the author of a comment wants mail about it, and reports whether the
// address is confirmed. Otherwise one mail asks for that, unless one has asked before, or
// whoever reads mail to that address has ended all of it: then nothing is stored.
func (db *DB) Subscribe(ctx context.Context, s models.MailSubscription) (confirmed bool, err error) {
	return update(ctx, db, func(t *tx) (bool, error) { return t.subscribe(s) })
}

// MailStanding is what is known of somebody who wants mail to an address.
type MailStanding struct {
	Confirmed bool // they have confirmed it
	// Known: the site vouches for them, or they had confirmed it before all mail to it was
	// ended. What strangers ask for is counted apart.
	Known bool
	// Ended: whoever reads the mail wants no more of it. Only those who had confirmed the
	// address may have it asked again.
	Ended bool
}

// MailStanding returns what is known of whoever subscribes.
func (db *DB) MailStanding(ctx context.Context, s models.MailSubscription) (MailStanding, error) {
	return read(ctx, db, func(t *tx) (MailStanding, error) {
		same, err := t.subscriptions(`site = $1 AND folded = $2`, s.Site, models.FoldEmail(s.Email))
		if err != nil {
			return MailStanding{}, err
		}
		return t.mailStanding(s, same)
	})
}

// mailStanding is MailStanding when the subscriptions to the address are known.
func (t *tx) mailStanding(s models.MailSubscription, same []models.MailSubscription) (st MailStanding, err error) {
	st.Confirmed = slices.ContainsFunc(same, func(old models.MailSubscription) bool { return isSameAddress(old, s) && !old.ConfirmedAt.IsZero() })
	st.Known = isVouched(s.Owner)
	secret, err := t.secretNamed(mailSecret)
	if err != nil || secret == nil {
		return st, err
	}
	ended, err := t.subscriptions(`site = $1 AND folded = $2 AND expires_at > $3`, s.Site, endedHash(secret, s.Site, models.FoldEmail(s.Email)), micros(t.Now))
	owner := endedHash(secret, s.Site, s.Owner)
	asks := slices.ContainsFunc(ended, func(e models.MailSubscription) bool { return e.Owner == owner })
	st.Known, st.Ended = st.Known || asks, len(ended) > 0 && !asks
	return st, err
}

// isVouched reports whether a site vouches for the owner of a subscription.
func isVouched(owner string) bool { return strings.HasPrefix(owner, "id ") }

// mailSecret is the setting with the key of the hashes of addresses whose mail was ended.
const mailSecret = "ended mail"

// endedHash stands for an address, or for an owner, of which nothing else is kept.
func endedHash(secret []byte, site, value string) string {
	return "ended " + banHash(secret, site, models.MarkEmail, value)
}

// rememberEnd notes that all mail of a site to an address was ended, and who had confirmed it:
// rows of mail_subscriptions that have hashes only, and expire.
func (t *tx) rememberEnd(site, folded string, ended []models.MailSubscription) error {
	secret, err := t.newSecretNamed(mailSecret)
	if err != nil {
		return err
	}
	address, owners := endedHash(secret, site, folded), []string{}
	for _, s := range ended {
		if !s.ConfirmedAt.IsZero() {
			owners = append(owners, endedHash(secret, site, s.Owner))
		}
	}
	slices.Sort(owners)
	if owners = slices.Compact(owners); len(owners) == 0 {
		owners = []string{""}
	}
	for _, owner := range owners {
		if _, err := t.InsertRow("mail_subscriptions", "", "site", site, "id", rand.Text(), "comment_id", rand.Text(), "email", "", "folded", address, "owner", owner,
			"replies", false, "outcome", false, "created_at", micros(t.Now), "confirmed_at", 0, "expires_at", micros(t.Now.Add(endedTTL)), "sent_at", 0); err != nil {
			return err
		}
	}
	return nil
}

// isSameAddress reports whether the same person has named the same address.
func isSameAddress(a, b models.MailSubscription) bool {
	return a.Owner == b.Owner && strings.EqualFold(a.Email, b.Email)
}

func (t *tx) subscribe(s models.MailSubscription) (confirmed bool, err error) {
	folded := models.FoldEmail(s.Email)
	same, err := t.subscriptions(`site = $1 AND folded = $2`, s.Site, folded)
	if err != nil {
		return false, err
	}
	standing, err := t.mailStanding(s, same)
	if err != nil || standing.Ended {
		return false, err
	}
	confirmed = standing.Confirmed
	asked, questions := false, map[[2]string]bool{}
	for _, old := range same {
		if !old.ConfirmedAt.IsZero() {
			continue
		}
		asked = asked || isSameAddress(old, s)
		if isVouched(old.Owner) || !standing.Known { // strangers take nothing away from others
			questions[[2]string{old.Owner, strings.ToLower(old.Email)}] = true
		}
	}
	if !confirmed && !asked {
		if err := t.mayAsk(s, len(questions)); err != nil {
			return false, err
		}
	}
	s.ID = rand.Text()
	s.ConfirmedAt = time.Time{}
	ttl, confirmedAt := confirmTTL, int64(0)
	if confirmed {
		ttl, confirmedAt = subscriptionTTL, micros(t.Now)
	}
	_, err = t.InsertRow("mail_subscriptions", "ON CONFLICT (site, comment_id, folded) DO UPDATE SET replies = excluded.replies, outcome = excluded.outcome",
		"site", s.Site,
		"id", s.ID,
		"comment_id", s.CommentID,
		"email", s.Email,
		"folded", folded,
		"owner", s.Owner,
		"replies", s.Replies,
		"outcome", s.Outcome,
		"created_at", micros(t.Now),
		"confirmed_at", confirmedAt,
		"expires_at", micros(t.Now.Add(ttl)),
		"sent_at", 0,
	)
	if err != nil || confirmed || asked {
		return confirmed, err
	}
	return false, t.enqueue(models.OutgoingMessage{Site: s.Site, ID: "confirm " + s.ID, Channel: models.ChannelConfirm, Subscription: s.ID}, 0)
}

// mayAsk refuses to send one more question to an address, for the sake of who gets it.
func (t *tx) mayAsk(s models.MailSubscription, questions int) error {
	own, err := t.subscriptions(`site = $1 AND owner = $2 AND confirmed_at = 0`, s.Site, s.Owner)
	if err != nil {
		return err
	}
	addresses := map[string]bool{}
	for _, old := range own {
		addresses[strings.ToLower(old.Email)] = true
	}
	if questions >= maxQuestions || len(addresses) >= maxAddresses {
		return models.Errorf(models.KindLimited, "an address waits to be confirmed")
	}
	return nil
}

func (t *tx) subscriptions(condition string, args ...any) ([]models.MailSubscription, error) {
	return sqldb.List(t, func(scan sqldb.Scanner) (s models.MailSubscription, err error) {
		var created, confirmed int64
		err = scan(&s.Site, &s.ID, &s.CommentID, &s.Email, &s.Owner, &s.Replies, &s.Outcome, &created, &confirmed)
		s.CreatedAt, s.ConfirmedAt = fromMicros(created), nullTime(confirmed)
		return s, err
	}, `SELECT site, id, comment_id, email, owner, replies, outcome, created_at, confirmed_at FROM mail_subscriptions WHERE site IS NOT NULL AND `+condition, args...)
}

// Subscription returns a subscription that has not expired, or KindNotFound.
func (db *DB) Subscription(ctx context.Context, site, id string) (models.MailSubscription, error) {
	return read(ctx, db, func(t *tx) (models.MailSubscription, error) { return t.subscription(site, id) })
}

func (t *tx) subscription(site, id string) (s models.MailSubscription, err error) {
	found, err := t.subscriptions(`site = $1 AND id = $2 AND expires_at > $3`, site, id, micros(t.Now))
	if err == nil && len(found) == 0 {
		err = models.Errorf(models.KindNotFound, "there is no such subscription")
	}
	if err != nil {
		return s, err
	}
	return found[0], nil
}

// ConfirmSubscription says that mail to the address of a subscription is wanted, for all
// comments of whoever subscribed. To confirm it again changes nothing.
func (db *DB) ConfirmSubscription(ctx context.Context, site, id string) error {
	return apply(ctx, db, func(t *tx) error {
		s, err := t.subscription(site, id)
		if err != nil {
			return err
		}
		waiting, err := t.subscriptions(`site = $1 AND owner = $2 AND confirmed_at = 0`, site, s.Owner)
		if err != nil {
			return err
		}
		var ids []string
		for _, w := range waiting {
			if isSameAddress(w, s) {
				ids = append(ids, w.ID)
			}
		}
		_, err = t.Exec(`UPDATE mail_subscriptions SET confirmed_at = $3, expires_at = $4 WHERE id`+t.InJSONList(1)+` AND site = $2`,
			jsonList(ids), site, micros(t.Now), micros(t.Now.Add(subscriptionTTL)))
		return err
	})
}

// Unsubscribe ends a subscription, or all of the site to the same address, which then is
// asked nothing by strangers for a year.
func (db *DB) Unsubscribe(ctx context.Context, site, id string, all bool) error {
	return apply(ctx, db, func(t *tx) error {
		s, err := t.subscription(site, id)
		if err != nil {
			return err
		}
		if !all {
			return t.endSubscriptions(site, []models.MailSubscription{s})
		}
		ended, err := t.endAddress(s)
		if err != nil {
			return err
		}
		return t.rememberEnd(site, models.FoldEmail(s.Email), ended)
	})
}

// EndAddress ends all subscriptions of a site to the address of one of them, which the mail
// server has refused for good.
func (db *DB) EndAddress(ctx context.Context, site, id string) error {
	return apply(ctx, db, func(t *tx) error {
		s, err := t.subscription(site, id)
		if err == nil {
			_, err = t.endAddress(s)
		}
		return err
	})
}

// endAddress ends all subscriptions to the address of one.
func (t *tx) endAddress(s models.MailSubscription) (ended []models.MailSubscription, err error) {
	if ended, err = t.subscriptions(`site = $1 AND folded = $2`, s.Site, models.FoldEmail(s.Email)); err != nil {
		return nil, err
	}
	return ended, t.endSubscriptions(s.Site, ended)
}

// EndMail ends all mail about a comment.
func (db *DB) EndMail(ctx context.Context, site, comment string) error {
	return apply(ctx, db, func(t *tx) error { return t.endMailAbout(site, []string{comment}) })
}

func (t *tx) endMailAbout(site string, comments []string) error {
	ended, err := t.subscriptions(`comment_id`+t.InJSONList(1)+` AND `+t.Unindexed("site")+` = $2`, jsonList(comments), site)
	if err != nil {
		return err
	}
	return t.endSubscriptions(site, ended)
}

// endSubscriptions removes subscriptions with what waits to be sent.
func (t *tx) endSubscriptions(site string, ended []models.MailSubscription) error {
	if len(ended) == 0 {
		return nil
	}
	var ids, messages []string
	for _, s := range ended {
		ids, messages = append(ids, s.ID), append(messages, "confirm "+s.ID, updateID(s.ID))
	}
	for _, statement := range []string{
		`DELETE FROM mail_items WHERE subscription` + t.InJSONList(1) + ` AND site = $2`,
		`DELETE FROM mail_subscriptions WHERE id` + t.InJSONList(1) + ` AND site = $2`,
	} {
		if _, err := t.Exec(statement, jsonList(ids), site); err != nil {
			return err
		}
	}
	_, err := t.Exec(`DELETE FROM outgoing_messages WHERE id`+t.InJSONList(1)+` AND site = $2`, jsonList(messages), site)
	return err
}

// updateID is the id of the message about what is new for a subscriber.
func updateID(subscription string) string { return "update " + subscription }

// unsentTTL is after what time messages are removed that nobody sends, because no node does.
const unsentTTL = 3 * 24 * time.Hour

// purgeMail removes the subscriptions that have expired, and old messages.
func (db *DB) purgeMail(ctx context.Context) (total int64, err error) {
	total, err = purgeBatches(ctx, db, `DELETE FROM outgoing_messages WHERE (site, id) IN (SELECT site, id FROM outgoing_messages
		WHERE site IS NOT NULL AND due_at >= $1 AND due_at < $2 ORDER BY due_at LIMIT $3) RETURNING due_at`, 0, micros(db.sql.Now().Add(-unsentTTL)))
	if err != nil {
		return total, err
	}
	for full := true; full; {
		ended, err := update(ctx, db, func(t *tx) ([]models.MailSubscription, error) {
			old, err := t.subscriptions(`expires_at <= $1 ORDER BY expires_at LIMIT $2`, micros(t.Now), stripBatch)
			for _, s := range old {
				if err == nil {
					err = t.endSubscriptions(s.Site, []models.MailSubscription{s})
				}
			}
			return old, err
		})
		if err != nil {
			return total, err
		}
		total += int64(len(ended))
		full = len(ended) == stripBatch
	}
	return total, nil
}

// readerSubscriptions returns the subscriptions of a reader: to their address, or about their
// comments.
func (t *tx) readerSubscriptions(r models.Reader) ([]models.MailSubscription, error) {
	switch {
	case r.Email != "":
		return t.subscriptions(`site = $1 AND folded = $2`, r.Site, models.FoldEmail(r.Email))
	case r.ID != "":
		return t.subscriptions(`site = $1 AND owner = $2`, r.Site, "id "+r.ID)
	}
	return t.subscriptions(`site = $1 AND comment_id IN (SELECT id FROM comments WHERE site = $1 AND author_key = $2)`, r.Site, models.Author{Name: r.Name}.Key())
}
