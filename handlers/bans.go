package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/classifier/text/names"
	"winnow/models"
)

// listBans returns the bans of a site that are in force, newest first.
func (s *Server) listBans(c echo.Context) error {
	q := queryOf(c)
	site, cur, limit := q.site(), q.text("cursor", models.MaxURL), q.number("limit", 1, maxPage, 50)
	if site == "" {
		q.bad.AddCode(models.FieldRequired, "site", "is required")
	}
	if err := q.err(); err != nil {
		return err
	}
	bans, next, err := s.db.Bans(c.Request().Context(), caller(c), site, cur, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.BanEntry]{Items: bans, Next: next})
}

// banRequest is a new ban: on the writer of a comment, on what is named, or on both.
type banRequest struct {
	Site   string              `json:"site"`
	Kind   models.SanctionKind `json:"kind"`
	Reason string              `json:"reason"`
	Until  time.Time           `json:"until"`

	CommentID string            `json:"comment_id"`
	On        []models.MarkKind `json:"on"` // of the writer of the comment; empty: all but the network

	AuthorID string `json:"author_id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Address  string `json:"address"` // its household
	Network  string `json:"network"` // the network around an address in it
}

// addBan imposes a ban or a shadow ban.
func (s *Server) addBan(c echo.Context) error {
	req, err := decode[banRequest](c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, req.Site); err != nil {
		return err
	}
	var bad models.Invalid
	ban := models.BanEntry{Site: req.Site, Marks: req.named(&bad), Sanction: models.Sanction{
		Kind: req.Kind, Reason: models.Clean(req.Reason), Until: req.Until.UTC().Truncate(time.Microsecond),
	}}
	if req.CommentID != "" {
		marks, err := s.writerMarks(ctx, req, &bad)
		if err != nil {
			return err
		}
		ban.Marks = append(ban.Marks, marks...)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if err := mayImpose(by, nil, &ban.Sanction, s.now()); err != nil {
		return err
	}
	if ban, err = s.db.AddBan(ctx, by, ban); err != nil {
		return err
	}
	s.banChanged(ctx, ban)
	return c.JSON(http.StatusCreated, ban)
}

// named returns the marks that a request names by their values.
func (r banRequest) named(bad *models.Invalid) (marks []models.BanMark) {
	add := func(on models.MarkKind, label, value string) {
		if label != "" {
			marks = append(marks, models.BanMark{On: on, Label: label, Value: value})
		}
	}
	id, name, email := models.Clean(r.AuthorID), models.Clean(r.Name), models.Clean(r.Email)
	add(models.MarkID, id, id)
	add(models.MarkName, name, names.Fold(name))
	add(models.MarkEmail, email, models.FoldEmail(email))
	if r.Address != "" {
		address, ok := models.ParseAddress(r.Address)
		if !ok {
			bad.Add("address", "must be an IP address")
		}
		add(models.MarkHousehold, models.NetworkOf(address).String(), models.PrefixText(models.HouseholdOf(address)))
	}
	if r.Network != "" {
		network := parseNetwork("network", r.Network, bad)
		add(models.MarkNetwork, network.String(), network.String())
	}
	return marks
}

// parseNetwork reads a network as comments keep it, or an address within it.
func parseNetwork(field, text string, bad *models.Invalid) netip.Prefix {
	network := models.ParsePrefix(text)
	if address, ok := models.ParseAddress(text); ok {
		network = models.NetworkOf(address)
	}
	if !network.IsValid() || network != models.NetworkOf(network.Addr()) {
		bad.Add(field, "must be an IPv4 network /24 or an IPv6 network /48, such as 203.0.113.0/24")
	}
	return network
}

// writerMarks returns what the writer of a comment can be recognised by, as far as the
// request wants it.
func (s *Server) writerMarks(ctx context.Context, r banRequest, bad *models.Invalid) ([]models.BanMark, error) {
	comment, err := s.db.Comment(ctx, r.CommentID)
	if err == nil && comment.Site != r.Site {
		err = models.Errorf(models.KindNotFound, "there is no such comment")
	}
	if err != nil {
		return nil, err
	}
	who := models.Identity{
		ID: comment.Author.ID, Browser: comment.Client.Browser, Name: names.Fold(comment.Author.Name),
		Email: models.FoldEmail(comment.Author.Email), Network: models.ParsePrefix(comment.Client.Net),
	}
	all := len(r.On) == 0
	if all || slices.Contains(r.On, models.MarkHousehold) {
		who.Household, err = s.node.FindHousehold(ctx, comment.Client.Hash, comment.Client.Net)
		if err != nil && models.KindOf(err) != models.KindNotFound {
			return nil, err
		}
	}
	labels := map[models.MarkKind]string{
		models.MarkID: comment.Author.ID, models.MarkName: comment.Author.Name, models.MarkEmail: comment.Author.Email,
		models.MarkHousehold: comment.Client.Net, models.MarkNetwork: comment.Client.Net,
	}
	var marks []models.BanMark
	known := who.Marks()
	for _, m := range known {
		if slices.Contains(r.On, m.On) || all && m.On != models.MarkNetwork {
			marks = append(marks, models.BanMark{On: m.On, Label: labels[m.On], Value: m.Value})
		}
	}
	for _, on := range r.On {
		if !slices.ContainsFunc(known, func(m models.Mark) bool { return m.On == on }) {
			bad.Add("on", "%q is not known of the writer of this comment, or not any more", on)
		}
	}
	return marks, nil
}

// mayImpose refuses a sanction, or the end of one, that the caller's role does not allow.
func mayImpose(by models.Caller, old, next *models.Sanction, now time.Time) error {
	if !old.SettableBy(by.Role, now) || !next.SettableBy(by.Role, now) {
		return models.Errorf(models.KindForbidden, "role editor required: a moderator may only shadow an author, for at most seven days")
	}
	return nil
}

// updateBan changes kind, reason and end of a ban, as far as the request names them.
func (s *Server) updateBan(c echo.Context) error {
	req, err := decode[struct {
		Kind   Optional[models.SanctionKind] `json:"kind"`
		Reason Optional[string]              `json:"reason"`
		Until  Optional[time.Time]           `json:"until"`
	}](c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	ban, err := s.db.UpdateBan(ctx, by, c.Param("id"), func(b *models.BanEntry) error {
		old := b.Sanction
		req.Kind.Set(&b.Kind)
		req.Reason.Set(&b.Reason)
		req.Until.Set(&b.Until)
		b.Reason, b.Until = models.Clean(b.Reason), b.Until.UTC().Truncate(time.Microsecond)
		return mayImpose(by, &old, &b.Sanction, s.now())
	})
	if err != nil {
		return err
	}
	s.banChanged(ctx, ban)
	return c.JSON(http.StatusOK, ban)
}

// liftBan ends a ban.
func (s *Server) liftBan(c echo.Context) error {
	ctx, by := c.Request().Context(), caller(c)
	ban, err := s.db.LiftBan(ctx, by, c.Param("id"), func(b models.BanEntry) error {
		return mayImpose(by, &b.Sanction, nil, s.now())
	})
	if err != nil {
		return err
	}
	s.banChanged(ctx, ban)
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) banChanged(ctx context.Context, b models.BanEntry) {
	s.node.Publish(ctx, models.Event{Kind: models.AuthorChanged, Site: b.Site, Subject: b.ID})
}
