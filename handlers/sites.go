package handlers

import (
	"cmp"
	"net/http"

	"github.com/labstack/echo/v4"

	"winnow/classifier/text/names"
	"winnow/handlers/node"
	"winnow/handlers/origin"
	"winnow/models"
)

// listedSite is a site with what its newsroom should know of it.
type listedSite struct {
	models.Site
	NamesNoClient bool `json:"names_no_client,omitempty"` // see storage.DB.NamesNoClient
	HasSSOSecret  bool `json:"has_sso_secret,omitempty"`
	UnderAttack   bool `json:"under_attack,omitempty"`       // it gets unusually much spam
	HasWebhook    bool `json:"has_notice_webhook,omitempty"` // whose address is a secret
	HasOpinionKey bool `json:"has_opinion_key,omitempty"`
}

// listSites lists the sites that the caller may see.
func (s *Server) listSites(c echo.Context) error {
	by := caller(c)
	all, err := s.db.Sites(c.Request().Context())
	if err != nil {
		return err
	}
	seen := list[listedSite]{Items: []listedSite{}}
	for _, site := range all {
		if !by.CanSee(site.Slug) {
			continue
		}
		nameless, err := s.db.NamesNoClient(c.Request().Context(), site.Slug)
		if err != nil {
			return err
		}
		seen.Items = append(seen.Items, listedSite{
			Site: site, NamesNoClient: nameless, HasSSOSecret: site.SSOSecret != "", UnderAttack: s.node.Attacks().UnderAttack(site.Slug, s.now()),
			HasWebhook: site.Notices.WebhookURL != "", HasOpinionKey: site.Opinion.Key != "",
		})
	}
	return c.JSON(http.StatusOK, seen)
}

// sitePatch holds the settings of a site that a request names; the others stay.
// Null resets a field: a threshold to the model's own.
type sitePatch struct {
	Name           Optional[string]              `json:"name"`
	Newsroom       Optional[string]              `json:"newsroom"`
	Origins        Optional[[]string]            `json:"origins"`
	Mode           Optional[models.Mode]         `json:"mode"`
	Thresholds     Optional[thresholdsPatch]     `json:"thresholds"`
	Retention      Optional[retentionPatch]      `json:"retention"`
	Burst          Optional[burstPatch]          `json:"surge"`
	Reasons        Optional[[]models.SiteReason] `json:"reasons"`
	SecondLook     Optional[float64]             `json:"second_look"`
	TrainingSample Optional[int]                 `json:"training_sample"`
	HoldBudget     Optional[float64]             `json:"hold_budget"`
	CampaignCopies Optional[int]                 `json:"campaign_copies"`
	ReportsToHold  Optional[int]                 `json:"reports_to_hold"`
	ReservedNames  Optional[[]string]            `json:"reserved_names"`
	ReaderTokens   Optional[readerTokensPatch]   `json:"reader_tokens"`
	Closing        Optional[closingPatch]        `json:"closing"`
	URLParameters  Optional[[]string]            `json:"url_parameters"`
	EditMinutes    Optional[int]                 `json:"edit_minutes"`
	Appeals        Optional[bool]                `json:"appeals"`
	Nudge          Optional[bool]                `json:"nudge"`
	Links          Optional[bool]                `json:"links_in_comments"`
	ProofOfWork    Optional[models.ProofOfWork]  `json:"proof_of_work"`
	MinimumSeconds Optional[int]                 `json:"minimum_seconds"`
	Language       Optional[string]              `json:"language"`
	ReaderMail     Optional[bool]                `json:"reader_mail"`
	Notices        Optional[noticesPatch]        `json:"notices"`
	Opinion        Optional[opinionPatch]        `json:"opinion"`
}

type opinionPatch struct {
	Kind       Optional[models.OpinionKind] `json:"kind"`
	URL        Optional[string]             `json:"url"`
	Model      Optional[string]             `json:"model"`
	Policy     Optional[string]             `json:"policy"`
	DailyCalls Optional[int]                `json:"daily_calls"`
	Key        Optional[string]             `json:"key"`
}

func (p opinionPatch) apply(o *models.OpinionSettings) {
	p.Kind.Set(&o.Kind)
	p.URL.Set(&o.URL)
	p.Model.Set(&o.Model)
	p.Policy.Set(&o.Policy)
	p.DailyCalls.Set(&o.DailyCalls)
	p.Key.Set(&o.Key)
	o.Model, o.Policy = models.Clean(o.Model), models.Clean(o.Policy)
}

type noticesPatch struct {
	WebhookURL  Optional[string]   `json:"webhook_url"`
	Addresses   Optional[[]string] `json:"addresses"`
	Queue       Optional[int]      `json:"queue"`
	ReportHours Optional[int]      `json:"report_hours"`
	Drift       Optional[bool]     `json:"drift"`
	Digest      Optional[bool]     `json:"digest"`
	DigestHour  Optional[int]      `json:"digest_hour"`
}

func (p noticesPatch) apply(n *models.Notices) {
	p.WebhookURL.Set(&n.WebhookURL)
	p.Addresses.Set(&n.Addresses)
	p.Queue.Set(&n.Queue)
	p.ReportHours.Set(&n.ReportHours)
	p.Drift.Set(&n.Drift)
	p.Digest.Set(&n.Digest)
	p.DigestHour.Set(&n.DigestHour)
}

type readerTokensPatch struct {
	Issuer      Optional[string] `json:"issuer"`
	Audience    Optional[string] `json:"audience"`
	RequireSite Optional[bool]   `json:"require_site"`
	JWKSURL     Optional[string] `json:"jwks_url"`
}

func (p readerTokensPatch) apply(r *models.ReaderTokens) {
	p.Issuer.Set(&r.Issuer)
	p.Audience.Set(&r.Audience)
	p.RequireSite.Set(&r.RequireSite)
	p.JWKSURL.Set(&r.JWKSURL)
}

type thresholdsPatch struct {
	Hold   Optional[float64] `json:"hold"`
	Reject Optional[float64] `json:"reject"`
	Abuse  Optional[float64] `json:"abuse"`
}

func (p thresholdsPatch) apply(t *models.Thresholds) {
	p.Hold.SetPointer(&t.Hold)
	p.Reject.SetPointer(&t.Reject)
	p.Abuse.SetPointer(&t.Abuse)
}

type retentionPatch struct {
	Addresses Optional[int] `json:"addresses"`
	Rejected  Optional[int] `json:"rejected"`
	Labels    Optional[int] `json:"labels"`
}

func (p retentionPatch) apply(r *models.Retention) {
	p.Addresses.Set(&r.Addresses)
	p.Rejected.Set(&r.Rejected)
	p.Labels.Set(&r.Labels)
}

type closingPatch struct {
	Days     Optional[int]            `json:"days"`
	Sections Optional[map[string]int] `json:"sections"`
}

func (p closingPatch) apply(c *models.Closing) {
	p.Days.Set(&c.Days)
	p.Sections.Set(&c.Sections)
}

type burstPatch struct {
	Count       Optional[int] `json:"count"`
	Minutes     Optional[int] `json:"minutes"`
	HoldMinutes Optional[int] `json:"hold_minutes"`
}

func (p burstPatch) apply(s *models.Burst) {
	p.Count.Set(&s.Count)
	p.Minutes.Set(&s.Minutes)
	p.HoldMinutes.Set(&s.HoldMinutes)
}

// apply changes a site and normalizes its texts. Lists are replaced, never
// written to: the audit trail still needs the old ones.
func (p sitePatch) apply(site *models.Site) error {
	p.Name.Set(&site.Name)
	p.Newsroom.Set(&site.Newsroom)
	p.ReservedNames.Set(&site.ReservedNames)
	setFields(p.ReaderTokens, &site.ReaderTokens)
	p.Mode.Set(&site.Mode)
	setFields(p.Thresholds, &site.Thresholds)
	setFields(p.Retention, &site.Retention)
	setFields(p.Burst, &site.Burst)
	p.Reasons.Set(&site.Reasons)
	p.SecondLook.SetPointer(&site.SecondLook)
	p.TrainingSample.SetPointer(&site.TrainingSample)
	p.HoldBudget.SetPointer(&site.HoldBudget)
	p.CampaignCopies.SetPointer(&site.CampaignCopies)
	setFields(p.Closing, &site.Closing)
	p.URLParameters.Set(&site.URLParameters)
	p.ReportsToHold.SetPointer(&site.ReportsToHold)
	p.EditMinutes.SetPointer(&site.EditMinutes)
	p.Appeals.SetPointer(&site.Appeals)
	p.Nudge.Set(&site.Nudge)
	p.Links.Set(&site.LinksInComments)
	p.ProofOfWork.Set(&site.ProofOfWork)
	site.ProofOfWork = cmp.Or(site.ProofOfWork, models.ProofOff)
	p.MinimumSeconds.Set(&site.MinimumSeconds)
	p.Language.Set(&site.Language)
	p.ReaderMail.Set(&site.ReaderMail)
	setFields(p.Notices, &site.Notices)
	setFields(p.Opinion, &site.Opinion)

	site.Name, site.Newsroom = models.Clean(site.Name), models.Clean(site.Newsroom)
	reasons := []models.SiteReason{}
	for _, r := range site.Reasons {
		r.Name, r.Message = models.Clean(r.Name), models.Clean(r.Message)
		reasons = append(reasons, r)
	}
	reserved := []string{}
	for _, name := range site.ReservedNames {
		reserved = append(reserved, names.Clean(name))
	}
	parameters := []string{}
	for _, name := range site.URLParameters {
		parameters = append(parameters, models.Clean(name))
	}
	addresses := []string{}
	for _, a := range site.Notices.Addresses {
		addresses = append(addresses, models.Clean(a))
	}
	site.Reasons, site.ReservedNames, site.URLParameters, site.Notices.Addresses = reasons, reserved, parameters, addresses
	var origins []string
	if p.Origins.Set(&origins); !p.Origins.Present {
		return nil
	}
	var err error
	site.Origins, err = NormalizeOrigins(origins)
	return err
}

// NormalizeOrigins writes origins as browsers send them. The error names each that no page
// can have.
func NormalizeOrigins(origins []string) ([]string, error) {
	normal := make([]string, 0, len(origins))
	var bad models.Invalid
	for _, o := range origins {
		n, err := origin.Normalize(o)
		if err != nil {
			bad.Add("origins", "%q can never match: %v", o, err)
		}
		normal = append(normal, n)
	}
	return normal, bad.Err()
}

// addSite adds a site.
func (s *Server) addSite(c echo.Context) error {
	req, err := decode[struct {
		Slug string `json:"slug"`
		sitePatch
	}](c)
	if err != nil {
		return err
	}
	site := models.Site{Slug: req.Slug, Name: req.Slug, Mode: models.ModePost, Retention: models.DefaultRetention()}
	if err := cmp.Or(req.apply(&site), s.checkReceivers(models.Site{}, site)); err != nil {
		return err
	}
	ctx := c.Request().Context()
	key, err := s.db.AddSite(ctx, caller(c), site)
	if err != nil {
		return err
	}
	s.node.Invalidate(models.Event{Kind: node.SiteChanged, Site: site.Slug})
	if site, err = s.db.Site(ctx, site.Slug); err != nil {
		return err
	}
	return replyKey(c, http.StatusCreated, siteKeyReply{site, key})
}

// updateSite changes the settings that the request names. Other nodes use them
// after siteTTL at the latest.
func (s *Server) updateSite(c echo.Context) error {
	ctx, slug := c.Request().Context(), c.Param("slug")
	if err := s.visible(ctx, caller(c), slug); err != nil {
		return err
	}
	patch, err := decode[sitePatch](c)
	if err != nil {
		return err
	}
	site, err := s.db.UpdateSite(ctx, caller(c), slug, func(site *models.Site) error {
		old := *site
		return cmp.Or(patch.apply(site), s.checkReceivers(old, *site))
	})
	if err != nil {
		return err
	}
	s.node.Invalidate(models.Event{Kind: node.SiteChanged, Site: slug})
	return c.JSON(http.StatusOK, site)
}
