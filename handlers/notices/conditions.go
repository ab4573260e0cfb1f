package notices

import (
	"fmt"
	"time"

	"winnow/models"
)

const (
	// remindEvery is how often a newsroom is told again of what goes on.
	remindEvery = 24 * time.Hour
	// tellGap is how soon after the last notice of a kind another one may say that it has
	// begun: what comes and goes is not told each time.
	tellGap = time.Hour
	// queueOver is the share of the limit below which a queue that was too long is short
	// again, in percent.
	queueOver = 80
)

// phase is what a notice says of a condition.
type phase string

const (
	begin phase = "begin"
	still phase = "still"
	end   phase = "end"
)

// next returns the next state of a condition, and what is to be told of it: "" for nothing.
func next(s models.NoticeState, holds bool, now time.Time) (models.NoticeState, phase) {
	since := now.Sub(s.ToldAt)
	switch {
	case holds && !s.Told && (s.ToldAt.IsZero() || since >= tellGap):
		return models.NoticeState{Active: true, Told: true, ToldAt: now}, begin
	case holds && s.Told && since >= remindEvery:
		s.ToldAt = now
		return s, still
	case holds:
		s.Active = true
		return s, ""
	case s.Told:
		return models.NoticeState{ToldAt: now}, end
	}
	s.Active = false
	return s, ""
}

// condition is one kind with what its texts say.
type condition struct {
	kind  models.NoticeKind
	holds bool
	data  func(*textData)
}

// conditionsOf compares figures with what a newsroom wants to know. A kind that it does not
// want holds never, and its end is told once.
func conditionsOf(n models.Notices, f models.NoticeFigures) []condition {
	limit := n.Queue
	if f.States[models.NoticeQueue].Active {
		limit = n.Queue * queueOver / 100
	}
	age := f.At.Sub(f.OldestReport)
	return []condition{
		{models.NoticeQueue, n.Queue > 0 && f.Pending > limit, func(d *textData) {
			d.Count, d.Limit = f.Pending, n.Queue
		}},
		{models.NoticeReport, n.ReportHours > 0 && !f.OldestReport.IsZero() && age > time.Duration(n.ReportHours)*time.Hour, func(d *textData) {
			d.Limit, d.Hours, d.Since = n.ReportHours, int(age.Hours()), timeText(f.OldestReport)
		}},
		{models.NoticeDrift, n.Drift && f.Drifting, func(*textData) {}},
	}
}

// consolePages are what the notices lead to.
var consolePages = map[models.NoticeKind]string{
	models.NoticeQueue: "queue", models.NoticeReport: "queue", models.NoticeDrift: "stats",
}

// tell returns the states of a site that change, and the messages to be sent.
func (r *Runner) tell(site models.Site, f models.NoticeFigures) (map[models.NoticeKind]models.NoticeState, []models.OutgoingMessage) {
	states := map[models.NoticeKind]models.NoticeState{}
	var messages []models.OutgoingMessage
	for _, c := range conditionsOf(site.Notices, f) {
		old := f.States[c.kind]
		state, what := next(old, c.holds, f.At)
		if state != old {
			states[c.kind] = state
		}
		if what == "" {
			continue
		}
		data := newTextData(site)
		c.data(&data)
		data.Link = r.links.console(consolePages[c.kind])
		name := string(c.kind) + "." + string(what)
		messages = append(messages, r.toNewsroom(site, fmt.Sprint(name, " ", f.At.UnixMicro()), models.OutgoingMessage{
			Channel: models.ChannelMail, Subject: text(site, name+".subject", data), Text: text(site, name+".text", data),
		})...)
	}
	return states, append(messages, r.digest(site, f, states)...)
}

// toNewsroom returns a message for the webhook and for each address of the newsroom.
func (r *Runner) toNewsroom(site models.Site, id string, m models.OutgoingMessage) (all []models.OutgoingMessage) {
	m.Site = site.Slug
	if site.Notices.WebhookURL != "" && m.Channel == models.ChannelMail {
		slack := m
		slack.Channel, slack.ID = models.ChannelWebhook, id
		all = append(all, slack)
	}
	if r.Mailer == nil {
		return all
	}
	for _, to := range site.Notices.Addresses {
		m.To, m.ID = to, id+" "+to
		all = append(all, m)
	}
	return all
}

// digest returns the mail of the day, once its hour has come.
func (r *Runner) digest(site models.Site, f models.NoticeFigures, states map[models.NoticeKind]models.NoticeState) []models.OutgoingMessage {
	n := site.Notices
	if !n.Digest || r.Mailer == nil || len(n.Addresses) == 0 {
		return nil
	}
	due := f.At.UTC().Truncate(24 * time.Hour).Add(time.Duration(n.DigestHour) * time.Hour)
	if due.After(f.At) {
		due = due.Add(-24 * time.Hour)
	}
	last, known := f.States[models.NoticeDigest]
	if known && !last.ToldAt.Before(due) {
		return nil
	}
	states[models.NoticeDigest] = models.NoticeState{ToldAt: f.At}
	if !known { // the first one is of a whole day
		return nil
	}
	return r.toNewsroom(site, "digest "+due.Format(time.DateOnly), models.OutgoingMessage{Channel: models.ChannelDigest})
}
