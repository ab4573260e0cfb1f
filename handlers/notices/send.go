package notices

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"winnow/handlers/mailer"
	"winnow/handlers/outbound"
	"winnow/models"
)

// sendDue sends what is due, one message after the other, until one fails: then the next look
// goes on, because the same server may be needed for all of them.
func (r *Runner) sendDue(ctx context.Context) error {
	for ctx.Err() == nil {
		m, found, err := r.DB.ClaimMessage(ctx, sendLease)
		if err != nil || !found {
			return err
		}
		sent, err := r.send(ctx, m)
		if err != nil || !sent {
			return err
		}
		if _, err := r.task.Hold(ctx); err != nil {
			return err
		}
	}
	return nil
}

// send sends a message, and stores what became of it. When the node is to end, it takes some
// seconds more: otherwise the next node would send the message again.
func (r *Runner) send(ctx context.Context, m models.OutgoingMessage) (sent bool, err error) {
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(closing, cancel) })
	defer stop()
	finish, failure := r.deliver(sending, m)
	// What follows must be stored even when there was no time left to send.
	storing, cancelStoring := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancelStoring()
	switch {
	case failure == nil:
		return true, untilDone(storing, finish)
	case errors.Is(failure, errObsolete):
		return true, r.DB.DropMessage(storing, m)
	case errors.Is(failure, mailer.ErrRefused):
		return true, r.giveUp(storing, m, failure)
	}
	// The log says what is stored already.
	if m.Attempts >= maxAttempts {
		err = r.DB.GiveUpMessage(storing, m, reason(failure))
		r.Log.ErrorContext(ctx, "a message was given up", "site", m.Site, "channel", m.Channel, "attempts", m.Attempts, "error", failure)
		return false, err
	}
	err = r.DB.RetryMessage(storing, m, pause(m.Attempts), reason(failure))
	r.Log.WarnContext(ctx, "a message cannot be sent now", "site", m.Site, "channel", m.Channel, "attempts", m.Attempts, "error", failure)
	return false, err
}

// giveUp removes a message that the mail server will never take. Readers whose address nobody
// has get no more mail.
func (r *Runner) giveUp(ctx context.Context, m models.OutgoingMessage, failure error) error {
	r.Log.WarnContext(ctx, "a message was refused for good", "site", m.Site, "channel", m.Channel, "error", failure)
	if m.Subscription != "" && errors.Is(failure, mailer.ErrNoRecipient) {
		if err := r.DB.EndAddress(ctx, m.Site, m.Subscription); err != nil && models.KindOf(err) != models.KindNotFound {
			return err
		}
		return r.DB.DropMessage(ctx, m)
	}
	return r.DB.GiveUpMessage(ctx, m, reason(failure))
}

// webhookError says why a webhook was not sent a message, for whoever runs the site.
type webhookError string

func (e webhookError) Error() string { return string(e) }

// reason is what the people of a site are shown of a failure: nothing of the server's own.
func reason(failure error) string {
	var webhook webhookError
	var mail *mailer.Failure
	switch {
	case errors.As(failure, &webhook):
		return string(webhook)
	case errors.As(failure, &mail):
		return mail.Reason
	}
	return "the server cannot send it now; its log says why"
}

// untilDone stores that a message was sent, again and again for some seconds when that fails:
// otherwise it would be sent twice.
func untilDone(ctx context.Context, finish func(context.Context) error) error {
	for {
		err := finish(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Second):
		}
	}
}

// pause is how long to wait after an attempt: a minute, then four times as long each time.
func pause(attempts int) time.Duration {
	wait := firstPause
	for range attempts - 1 {
		if wait *= 4; wait >= longest {
			return longest
		}
	}
	return wait
}

// errObsolete says that a message is to be sent no more.
var errObsolete = errors.New("nobody wants the message any more")

// deliver sends a message, and returns what stores that.
func (r *Runner) deliver(ctx context.Context, m models.OutgoingMessage) (finish func(context.Context) error, err error) {
	site, err := r.DB.Site(ctx, m.Site)
	switch {
	case models.KindOf(err) == models.KindNotFound:
		return nil, errObsolete
	case err != nil:
		return nil, err
	case m.Channel != models.ChannelWebhook && r.Mailer == nil:
		return nil, errors.New("this node has no mail server")
	}
	finish = func(ctx context.Context) error { return r.DB.FinishMessage(ctx, m) }
	switch m.Channel {
	case models.ChannelWebhook:
		return finish, r.post(ctx, site.Notices.WebhookURL, m)
	case models.ChannelMail:
		return finish, r.mail(ctx, site, m, m.To, "")
	case models.ChannelDigest:
		told := m
		if told.Subject, told.Text, err = r.digestText(ctx, site); err != nil {
			return nil, err
		}
		return finish, r.mail(ctx, site, told, m.To, "")
	case models.ChannelConfirm:
		return finish, r.askReader(ctx, site, m)
	case models.ChannelUpdate:
		return r.updateReader(ctx, site, m)
	}
	return nil, errObsolete
}

func (r *Runner) mail(ctx context.Context, site models.Site, m models.OutgoingMessage, to, unsubscribe string) error {
	// The same id when it is sent again, so that mail programs show it once.
	id := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return '-'
	}, fmt.Sprint(m.Site, ".", m.Channel, ".", m.Subscription, ".", m.CreatedAt.UnixMicro()))
	return r.Mailer.Send(ctx, mailer.Message{
		ID: id, To: to, From: newTextData(site).Site, Subject: m.Subject, Text: strings.TrimRight(m.Text, "\n") + "\n", At: m.CreatedAt, Unsubscribe: unsubscribe,
	})
}

// slackText escapes what Slack reads as markup.
var slackText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// maxReply bounds what is read of a webhook's reply, so that the connection ends well.
const maxReply = 4 << 10

// post sends a message as Slack's incoming webhooks take it. The error does not show the
// address, whose path is a secret.
func (r *Runner) post(ctx context.Context, address string, m models.OutgoingMessage) error {
	if address == "" {
		return errObsolete
	}
	body, err := json.Marshal(map[string]string{"text": slackText.Replace(m.Subject + "\n" + m.Text)})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return webhookError("the address of the webhook cannot be read")
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := r.client.Do(req)
	if err != nil {
		return webhookError("the webhook cannot be reached: " + outbound.Reason(err))
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, maxReply)
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return webhookError(fmt.Sprintf("the webhook answers with status %d", res.StatusCode))
	}
	return nil
}

// digestText sums up the last 24 hours of a site.
func (r *Runner) digestText(ctx context.Context, site models.Site) (subject, body string, err error) {
	stats, err := r.DB.Stats(ctx, models.System, site.Slug)
	if err != nil {
		return "", "", err
	}
	data := newTextData(site)
	data.Count, data.Link = stats.Pending, r.links.console("queue")
	if at := stats.OldestPendingAt; at != nil {
		data.Since = timeText(*at)
	}
	for _, h := range stats.Hours {
		d := &data.Digest
		d.Posted += h.Approved + h.Held + h.Rejected
		d.Published, d.Held, d.Rejected, d.Decisions = d.Published+h.Approved, d.Held+h.Held, d.Rejected+h.Rejected, d.Decisions+h.Decisions
	}
	oldest, err := r.DB.OldestReport(ctx, site.Slug)
	if !oldest.IsZero() {
		data.Digest.Report = timeText(oldest)
	}
	return text(site, "digest.subject", data), text(site, "digest.text", data), err
}

// askReader asks whether the address of a subscription is to get mail. Nothing of what
// somebody has typed is in that mail: it may go to anybody.
func (r *Runner) askReader(ctx context.Context, site models.Site, m models.OutgoingMessage) error {
	s, err := r.wanted(ctx, site, m)
	if err != nil {
		return err
	}
	if !s.ConfirmedAt.IsZero() {
		return errObsolete
	}
	data := newTextData(site)
	data.Link = r.links.confirm(s.Site, s.ID)
	m.Subject, m.Text = text(site, "confirm.subject", data), text(site, "confirm.text", data)
	return r.mail(ctx, site, m, s.Email, r.links.unsubscribe(s.Site, s.ID))
}

// wanted returns the subscription that a message is for, unless it has ended or the site sends
// no mail any more.
func (r *Runner) wanted(ctx context.Context, site models.Site, m models.OutgoingMessage) (models.MailSubscription, error) {
	if !site.ReaderMail {
		return models.MailSubscription{}, errObsolete
	}
	if !r.MailsReaders() {
		return models.MailSubscription{}, errors.New("this node does not know its public address")
	}
	s, err := r.DB.Subscription(ctx, m.Site, m.Subscription)
	if models.KindOf(err) == models.KindNotFound {
		err = errObsolete
	}
	return s, err
}

// updateReader tells a reader what is new about their comment.
func (r *Runner) updateReader(ctx context.Context, site models.Site, m models.OutgoingMessage) (finish func(context.Context) error, err error) {
	if _, err := r.wanted(ctx, site, m); err != nil {
		return nil, err
	}
	u, err := r.DB.MailUpdate(ctx, m.Site, m.Subscription)
	if err != nil {
		return nil, err
	}
	finish = func(ctx context.Context) error { return r.DB.FinishMailUpdate(ctx, m, u, r.Pace) }
	if len(u.Told) == 0 {
		return finish, nil
	}
	data := r.updateData(site, u)
	told := m
	told.Subject, told.Text = text(site, "update.subject", data), text(site, "update.text", data)
	return finish, r.mail(ctx, site, told, u.Subscription.Email, data.Stop)
}

func (r *Runner) updateData(site models.Site, u models.MailUpdate) textData {
	data := newTextData(site)
	data.Count, data.More = len(u.Replies)+u.More, u.More
	data.Title = mailer.OneLine(u.Comment.Article.Title, maxTitle)
	data.Stop = r.links.unsubscribe(u.Subscription.Site, u.Subscription.ID)
	if o := u.Outcome; o != nil {
		data.Outcome, data.Published = true, o.Status == models.Approved
		if o.Message != "" {
			data.Message = quote(o.Message)
		}
	}
	for _, c := range u.Replies {
		data.Replies = append(data.Replies, replyData{mailer.OneLine(c.Author.Name, maxSiteName), quote(c.Body), r.Address(c)})
	}
	if len(data.Replies) > 0 {
		data.Author = data.Replies[0].Author
	}
	return data
}
