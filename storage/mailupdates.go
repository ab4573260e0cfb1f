package storage

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// maxMailReplies is how many replies one mail has.
const maxMailReplies = 20

// MailPace says when mail about a comment is sent: Delay after what it is about, so that what
// is undone at once is not told, and Interval after the last one.
type MailPace struct{ Delay, Interval time.Duration }

// NoteMailEvents looks for events that subscribers want to know of, and moves the cursor of
// the task, both together: no event is missed, and none is told twice. It is a conflict when
// another node has read these events.
func (db *DB) NoteMailEvents(ctx context.Context, task string, from, to int64, events []models.Event, pace MailPace) error {
	return apply(ctx, db, func(t *tx) error {
		if err := t.setTaskCursor(task, from, to); err != nil {
			return err
		}
		changed := map[string]map[string]time.Time{}
		for _, e := range events {
			if e.Kind != models.CommentCreated && e.Kind != models.CommentChanged || e.Subject == "" {
				continue
			}
			if changed[e.Site] == nil {
				changed[e.Site] = map[string]time.Time{}
			}
			changed[e.Site][e.Subject] = e.At
		}
		for _, site := range slices.Sorted(maps.Keys(changed)) {
			if err := t.noteMailOf(site, changed[site], pace); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteMailOf notes what is to be told of comments that have changed, each with the time.
func (t *tx) noteMailOf(site string, changed map[string]time.Time, pace MailPace) error {
	ids := slices.Sorted(maps.Keys(changed))
	var w sqldb.Where
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = key{site, id}
	}
	t.whereComments(&w, keys)
	found, err := sqldb.List(t, readComment, `SELECT `+commentColumns+commentTables+w.String(), w.Args()...)
	if err != nil {
		return err
	}
	about := slices.Clone(ids)
	for _, c := range found {
		if c.ParentID != "" {
			about = append(about, c.ParentID)
		}
	}
	wanted, err := t.subscriptions(`comment_id`+t.InJSONList(1)+` AND `+t.Unindexed("site")+` = $2 AND confirmed_at > 0 AND expires_at > $3`, jsonList(about), site, micros(t.Now))
	if err != nil {
		return err
	}
	for _, s := range wanted {
		for _, c := range found {
			before := changed[c.ID].Before(s.ConfirmedAt)
			if before || !isMailedReply(s, c) && !(s.Outcome && c.ID == s.CommentID) {
				continue
			}
			if err := t.noteMailItem(s, c, pace); err != nil {
				return err
			}
		}
	}
	return nil
}

// isMailedReply reports whether a comment is a published reply of somebody else.
func isMailedReply(s models.MailSubscription, c models.Comment) bool {
	return s.Replies && c.ParentID == s.CommentID && c.Status == models.Approved && !c.CreatedAt.Before(s.CreatedAt) && models.MailOwner(c) != s.Owner
}

func (t *tx) noteMailItem(s models.MailSubscription, c models.Comment, pace MailPace) error {
	if c.ID == s.CommentID {
		if o, err := t.mailedOutcome(s, c); err != nil || o == nil {
			return err
		}
	}
	added, err := t.InsertRow("mail_items", "ON CONFLICT (site, subscription, comment_id) DO NOTHING",
		"site", s.Site, "subscription", s.ID, "comment_id", c.ID, "sent", false)
	if err != nil || added == 0 {
		return err
	}
	return t.enqueueUpdate(s, pace)
}

// mailedOutcome returns what a moderator decided about the comment after its author asked to
// be told; nil: nothing.
func (t *tx) mailedOutcome(s models.MailSubscription, c models.Comment) (*models.Outcome, error) {
	inForce, err := t.decisionsInForce(keyOf(c))
	if err != nil {
		return nil, err
	}
	o := outcomeOf(c, inForce).ForReader()
	if o.DecidedAt == nil || o.DecidedAt.Before(s.CreatedAt) || o.Status == models.Pending || c.Withdrawn {
		return nil, nil
	}
	return &o, nil
}

func (t *tx) enqueueUpdate(s models.MailSubscription, pace MailPace) error {
	sent, err := sqldb.One(t, sqldb.ScanOne[int64], `SELECT sent_at FROM mail_subscriptions WHERE site = $1 AND id = $2`, s.Site, s.ID)
	if err != nil {
		return err
	}
	after := max(pace.Delay, fromMicros(sent).Add(pace.Interval).Sub(t.Now))
	return t.enqueue(models.OutgoingMessage{Site: s.Site, ID: updateID(s.ID), Channel: models.ChannelUpdate, Subscription: s.ID}, after)
}

// MailUpdate returns what a subscriber is to be told now: nothing that was undone, taken back
// or told before.
func (db *DB) MailUpdate(ctx context.Context, site, subscription string) (models.MailUpdate, error) {
	return read(ctx, db, func(t *tx) (u models.MailUpdate, err error) {
		if u.Subscription, err = t.subscription(site, subscription); err != nil {
			return u, err
		}
		news, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT comment_id FROM mail_items WHERE site = $1 AND subscription = $2 AND NOT sent ORDER BY comment_id`, site, subscription)
		if err != nil {
			return u, err
		}
		keys := []key{{site, u.Subscription.CommentID}}
		for _, id := range news {
			keys = append(keys, key{site, id})
		}
		found, err := t.commentsByID(keys)
		if err != nil {
			return u, err
		}
		hidden, err := t.hiddenReplies(site, news)
		if err != nil {
			return u, err
		}
		u.Comment = found[u.Subscription.CommentID]
		for _, id := range news {
			c, ok := found[id]
			switch {
			case ok && id == u.Subscription.CommentID:
				if u.Outcome, err = t.mailedOutcome(u.Subscription, c); err != nil {
					return u, err
				}
				if u.Outcome != nil {
					u.Told = append(u.Told, id)
				}
			case ok && isMailedReply(u.Subscription, c) && !hidden[id]:
				u.Replies, u.Told = append(u.Replies, c), append(u.Told, id)
			}
		}
		slices.SortFunc(u.Replies, func(a, b models.Comment) int { return strings.Compare(a.ID, b.ID) })
		n := min(len(u.Replies), maxMailReplies)
		u.More, u.Replies = len(u.Replies)-n, u.Replies[:n]
		return u, nil
	})
}

// hiddenReplies returns those of some comments that nobody sees, because what they reply to
// is not public.
func (t *tx) hiddenReplies(site string, ids []string) (map[string]bool, error) {
	hidden := map[string]bool{}
	found, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT comment_id FROM hidden_replies WHERE comment_id`+t.InJSONList(1)+` AND site = $2`, jsonList(ids), site)
	for _, id := range found {
		hidden[id] = true
	}
	return hidden, err
}

// FinishMailUpdate removes the message of an update. What it told is not told again; what was
// undone may be, when it happens once more. What has happened since is for the next mail.
func (db *DB) FinishMailUpdate(ctx context.Context, m models.OutgoingMessage, u models.MailUpdate, pace MailPace) error {
	return apply(ctx, db, func(t *tx) error {
		own, err := t.finishMessage(m)
		if err != nil || !own {
			return err
		}
		if len(u.Told) > 0 {
			if err := t.forgetFailure(m); err != nil {
				return err
			}
		}
		return t.finishUpdate(u, pace)
	})
}

func (t *tx) finishUpdate(u models.MailUpdate, pace MailPace) error {
	s := u.Subscription
	if len(u.Told) > 0 {
		if _, err := t.Exec(`UPDATE mail_items SET sent = TRUE WHERE comment_id`+t.InJSONList(1)+` AND site = $2 AND subscription = $3`, jsonList(u.Told), s.Site, s.ID); err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE mail_subscriptions SET sent_at = $1 WHERE site = $2 AND id = $3`, micros(t.Now), s.Site, s.ID); err != nil {
			return err
		}
	}
	return t.dropStaleItems(u, pace)
}

// dropStaleItems forgets what was to be told and is so no more, and lets the rest be told.
func (t *tx) dropStaleItems(u models.MailUpdate, pace MailPace) error {
	s := u.Subscription
	left, err := sqldb.List(t, sqldb.ScanOne[string], `SELECT comment_id FROM mail_items WHERE site = $1 AND subscription = $2 AND NOT sent`, s.Site, s.ID)
	if err != nil || len(left) == 0 {
		return err
	}
	keys := make([]key, len(left))
	for i, id := range left {
		keys[i] = key{s.Site, id}
	}
	found, err := t.commentsByID(keys)
	if err != nil {
		return err
	}
	hidden, err := t.hiddenReplies(s.Site, left)
	if err != nil {
		return err
	}
	var stale []string
	for _, id := range left {
		c, ok := found[id]
		fresh := ok && isMailedReply(s, c) && !hidden[id]
		if ok && id == s.CommentID {
			o, err := t.mailedOutcome(s, c)
			if err != nil {
				return err
			}
			fresh = o != nil
		}
		if !fresh {
			stale = append(stale, id)
		}
	}
	if len(stale) > 0 {
		if _, err := t.Exec(`DELETE FROM mail_items WHERE comment_id`+t.InJSONList(1)+` AND site = $2 AND subscription = $3`, jsonList(stale), s.Site, s.ID); err != nil {
			return err
		}
	}
	if len(stale) == len(left) {
		return nil
	}
	return t.enqueueUpdate(s, pace)
}
