package models

import (
	"slices"
	"strings"
	"time"
)

// Notices is what the newsroom of a site is told of, and where. The zero value tells nothing.
type Notices struct {
	// WebhookURL takes messages as Slack's incoming webhooks do. Whoever knows it can write
	// there, so that it is shown to nobody.
	WebhookURL string   `json:"-"`
	Addresses  []string `json:"addresses"` // of the newsroom
	// Queue: told when more comments wait; 0: never.
	Queue int `json:"queue,omitempty"`
	// ReportHours: told when a comment waits that readers reported longer ago; 0: never.
	ReportHours int  `json:"report_hours,omitempty"`
	Drift       bool `json:"drift,omitempty"`       // told when the comments drift away from what the filter knows
	Digest      bool `json:"digest,omitempty"`      // a mail a day with what happened
	DigestHour  int  `json:"digest_hour,omitempty"` // from which it is sent, UTC
}

const (
	maxNoticeAddresses = 20
	maxNoticeQueue     = 1_000_000
	maxReportHours     = 24 * 30
)

func (s Site) validateNotices(bad *Invalid) {
	if s.Language != "" && !slices.Contains(Languages(), s.Language) {
		bad.Add("language", "must be one of %s", strings.Join(Languages(), ", "))
	}
	n := s.Notices
	bad.checkURL("notices.webhook_url", n.WebhookURL)
	if len(n.Addresses) > maxNoticeAddresses {
		bad.Add("notices.addresses", "must have at most %d addresses, has %d", maxNoticeAddresses, len(n.Addresses))
	}
	for _, a := range n.Addresses {
		if !ValidMailAddress(a) {
			bad.Add("notices.addresses", "%q is not an e-mail address", a)
		}
	}
	for _, bound := range []struct {
		field       string
		value, most int
	}{{"queue", n.Queue, maxNoticeQueue}, {"report_hours", n.ReportHours, maxReportHours}, {"digest_hour", n.DigestHour, 23}} {
		if bound.value < 0 || bound.value > bound.most {
			bad.Add("notices."+bound.field, "must be from 0 to %d", bound.most)
		}
	}
}

// Languages are those in which mail to readers and to newsrooms is written.
func Languages() []string { return []string{"en", "de"} }

// NoticeKind is what a newsroom is told of.
type NoticeKind string

// Kinds of notices.
const (
	NoticeQueue  NoticeKind = "queue"
	NoticeReport NoticeKind = "report"
	NoticeDrift  NoticeKind = "drift"
	NoticeDigest NoticeKind = "digest"
)

// NoticeState is what a newsroom was last told of one kind.
type NoticeState struct {
	Active bool // the condition holds
	Told   bool // its begin was told
	ToldAt time.Time
}

// NoticeFigures are what notices are about.
type NoticeFigures struct {
	At           time.Time
	Pending      int
	OldestReport time.Time // of the comments that wait; zero: none
	Drifting     bool
	Model        string
	States       map[NoticeKind]NoticeState
}

// NoticeChannel is how a message is sent.
type NoticeChannel string

// Channels of messages.
const (
	ChannelWebhook NoticeChannel = "webhook"
	ChannelMail    NoticeChannel = "mail"    // to the newsroom
	ChannelDigest  NoticeChannel = "digest"  // likewise, with the figures of when it is sent
	ChannelConfirm NoticeChannel = "confirm" // to a reader who has not confirmed their address
	ChannelUpdate  NoticeChannel = "update"  // to a reader, about their comment
)

// NoticeTarget is who gets messages.
type NoticeTarget string

// Targets of messages.
const (
	TargetWebhook  NoticeTarget = "webhook"
	TargetNewsroom NoticeTarget = "newsroom" // by mail
	TargetReaders  NoticeTarget = "readers"  // by mail
)

// Target returns who gets the messages of a channel.
func (c NoticeChannel) Target() NoticeTarget {
	switch c {
	case ChannelWebhook:
		return TargetWebhook
	case ChannelMail, ChannelDigest:
		return TargetNewsroom
	}
	return TargetReaders
}

// NoticeFailure says that messages cannot be sent, until one can be again.
type NoticeFailure struct {
	Site      string       `json:"-"`
	Target    NoticeTarget `json:"target"`
	Recipient string       `json:"recipient,omitempty"` // an address of the newsroom
	Since     time.Time    `json:"since"`
	FailedAt  time.Time    `json:"failed_at"` // the last attempt
	Error     string       `json:"error"`
	GivenUp   int          `json:"given_up"` // messages that were lost
}

// OutgoingMessage waits to be sent. Those to readers have no text before they are.
type OutgoingMessage struct {
	Site, ID     string
	Channel      NoticeChannel
	To           string // an address of the newsroom
	Subscription string // of a reader
	Subject      string
	Text         string
	CreatedAt    time.Time
	Attempts     int // this one included
}

// MailSubscription says that a reader wants mail about a comment of theirs.
type MailSubscription struct {
	Site      string `json:"-"`
	ID        string `json:"-"` // in links, so that nobody can guess it
	CommentID string `json:"comment_id"`
	Email     string `json:"email"`
	// Owner is who wants it, see MailOwner: what one person has confirmed is not confirmed
	// for others.
	Owner       string    `json:"-"`
	Replies     bool      `json:"replies"`
	Outcome     bool      `json:"outcome"`
	CreatedAt   time.Time `json:"created_at"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
}

// MailOwner names the author of a comment in MailSubscription.Owner.
func MailOwner(c Comment) string {
	switch {
	case c.Author.ID != "":
		return "id " + c.Author.ID
	case c.Client.Browser != "":
		return "browser " + c.Client.Browser
	}
	return "comment " + c.ID
}

// MailUpdate is what a reader is told of their comment.
type MailUpdate struct {
	Subscription MailSubscription
	Comment      Comment
	Outcome      *Outcome  // nil: it is not new
	Replies      []Comment // that were published since the last mail, oldest first
	More         int       // replies beyond those
	Told         []string  // ids of all that it tells of
}
