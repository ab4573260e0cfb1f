package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"winnow/handlers/node"
	"winnow/handlers/proofofwork"
	"winnow/handlers/screening"
	"winnow/models"
)

// newChallenge returns a challenge for the form of a page. Anybody may have one.
func (s *Server) newChallenge(c echo.Context) error {
	slug, err := s.publicSite(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, s.proofs.New(slug, s.now()))
}

// proofError is the refusal of a post without the proof of work that the site asks for. The
// reply has a challenge, so that the page needs no other request for it.
type proofError struct {
	error
	challenge proofofwork.Challenge
}

func (e *proofError) Unwrap() error { return e.error }

// checkForm checks what a page sends with the form of a reader for whom the site does not
// vouch: the proof of work, and how long the form was open. tooFast means that the comment
// is to be held.
func (s *Server) checkForm(ctx context.Context, from submitter, payload string) (tooFast bool, err error) {
	minimum := time.Duration(from.site.MinimumSeconds) * time.Second
	if from.byKey || from.reader != nil {
		return false, nil
	}
	needed, err := s.needsProof(ctx, from)
	if err != nil || !needed && minimum == 0 {
		return false, err
	}
	now := s.now()
	answer, refusal := s.readAnswer(ctx, from.site.Slug, payload, needed, now)
	if needed && refusal != nil {
		s.metrics.proofs.WithLabelValues("asked").Inc()
		return false, &proofError{refusal, s.proofs.New(from.site.Slug, now)}
	}
	if needed {
		s.metrics.proofs.WithLabelValues("given").Inc()
	}
	return minimum > 0 && (refusal != nil || now.Sub(answer.IssuedAt) < minimum), nil
}

// needsProof reports whether a site asks this reader for a proof of work now.
func (s *Server) needsProof(ctx context.Context, from submitter) (bool, error) {
	site := from.site.Slug
	switch from.site.ProofOfWork {
	case models.ProofAlways:
	case models.ProofAttack:
		if !s.node.Attacks().UnderAttack(site, s.now()) {
			return false, nil
		}
	default:
		return false, nil
	}
	if from.who.Browser == "" {
		return true, nil
	}
	known, err := s.db.KnownBrowser(ctx, site, from.who.Browser)
	return !known, err
}

// readAnswer reads the payload of a post. Each challenge counts once, on all nodes.
func (s *Server) readAnswer(ctx context.Context, site, payload string, mustSolve bool, now time.Time) (proofofwork.Answer, error) {
	refuse := func(text string) error { return models.Errorf(models.KindProofOfWork, "%s", text) }
	if payload == "" {
		return proofofwork.Answer{}, refuse("the browser must solve a challenge before this reader can comment")
	}
	answer, err := s.proofs.Check(payload, site, now)
	if err != nil {
		return answer, err
	}
	if mustSolve && !answer.Solved {
		return answer, refuse("the challenge is not solved")
	}
	once := models.Limit{Site: site, Name: "challenge", Key: answer.ID, Rate: models.Rate{Count: 1, Period: proofofwork.Lifetime}}
	first, err := s.limiter.Allow(ctx, once)
	if err != nil { // as in checkLimits
		s.metrics.limiterFailures.Inc()
		s.log.ErrorContext(ctx, "limiter failed, challenge accepted", "error", err)
		return answer, nil
	}
	if !first.Allowed {
		return answer, refuse("the challenge has been used already")
	}
	return answer, nil
}

// noteSpam counts a comment that is spam, by which attacks on a site are seen.
func (s *Server) noteSpam(ctx context.Context, from submitter, v models.Verdict) {
	isSpam := v.Action == models.Reject || v.Action == models.Hold && (v.Reason == models.ReasonSpam || v.Reason == models.ReasonCampaign)
	if from.reader != nil || !isSpam {
		return
	}
	site, household := from.site.Slug, ""
	if from.who.Household.IsValid() {
		household = from.who.Household.String()
	}
	if now := s.now(); s.node.Attacks().Count(site, household, now) {
		s.metrics.attacks.WithLabelValues(site).Inc()
		s.log.WarnContext(ctx, "the site gets unusually much spam", "site", site, "proof_of_work", from.site.ProofOfWork, "until", now.Add(screening.AttackDuration))
		s.node.Publish(ctx, models.Event{Kind: node.SiteAttacked, Site: site})
	}
}
