package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"winnow/models"
)

// auditTrail lists the audit rows that match the filters, newest first: one page
// as JSON, or all of them as CSV or JSON Lines.
func (s *Server) auditTrail(c echo.Context) error {
	q := queryOf(c)
	f := models.AuditFilter{
		Site:    q.site(),
		Action:  q.text("action", models.MaxID),
		Actor:   q.text("actor", models.MaxID),
		Subject: q.text("subject", models.MaxID),
		Since:   q.time("since"),
		Until:   q.time("until"),
		Cursor:  q.text("cursor", models.MaxURL),
		Limit:   q.number("limit", 1, maxPage, 50),
	}
	if f.Actor != "" && !strings.Contains(f.Actor, ":") && f.Actor != models.System.String() {
		f.Actor = models.Caller{Kind: models.ByModerator, Name: f.Actor}.String() // people type names
	}
	format := q.oneOf("format", "json", "csv", "jsonl")
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, f.Site); err != nil {
		return err
	}
	if format != "json" {
		return s.exportAudit(c, f, format)
	}
	rows, next, err := s.db.AuditPage(ctx, by, f)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[models.Audit]{rows, next})
}

func (s *Server) exportAudit(c echo.Context, f models.AuditFilter, format string) error {
	ctx, by := c.Request().Context(), caller(c)
	if err := s.auditExport(c, "audit", f.Site, format, f.Since); err != nil {
		return err
	}
	f.Limit = maxPage
	return streamRows(s, c, format, "audit", models.AuditColumns, func(yield func(models.Audit, error) bool) {
		for more := true; more; more = f.Cursor != "" {
			rows, next, err := s.db.AuditPage(ctx, by, f)
			if err != nil {
				yield(models.Audit{}, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			f.Cursor = next
		}
	})
}

// auditHead returns the ends of the chains, to be stored elsewhere: they show whether
// rows have been cut off the end later.
func (s *Server) auditHead(c echo.Context) error {
	heads, err := s.db.AuditHeads(c.Request().Context(), caller(c))
	if err != nil {
		return err
	}
	reply := auditHeads{Sites: heads}
	for i, h := range heads {
		reply.Rows += h.Seq
		if h.Site == "" {
			reply.AuditHead, reply.Sites = h, heads[i+1:]
		}
	}
	return c.JSON(http.StatusOK, reply)
}

// auditHeads are the head of the installation's chain, and those of sites.
type auditHeads struct {
	models.AuditHead
	Rows  int64              `json:"rows"` // of all these chains
	Sites []models.AuditHead `json:"sites"`
}

// logAuditHead logs the head of the installation's chain, in which those of the others
// are, for the same purpose.
func (s *Server) logAuditHead(ctx context.Context) {
	err := s.db.RecordAuditHeads(ctx)
	var heads []models.AuditHead
	if err == nil {
		heads, err = s.db.AuditHeads(ctx, models.System)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.log.ErrorContext(ctx, "reading the audit head failed", "error", err)
		}
		return
	}
	for _, h := range heads {
		if h.Site == "" {
			s.log.InfoContext(ctx, "audit trail", "rows", h.Seq, "head", h.Hash)
		}
	}
}
