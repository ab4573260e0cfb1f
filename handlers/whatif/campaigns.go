package whatif

import (
	"winnow/models"
	"winnow/storage"
)

// campaign is a group of comments from its second one on.
type campaign struct {
	held               bool
	approved, rejected int   // by moderators, since it is held
	members            []int // positions of comments, without the first, that were published on arrival
}

// storeCampaign does what storage does with the group of a new comment: it counts it, and
// pulls back what is published of a group that is held.
func (h *history) storeCampaign(g models.Campaign, position int) {
	if g.ID == "" || g.Count < 2 {
		return
	}
	c := h.campaigns[g.ID]
	if c == nil {
		c = new(campaign)
		h.campaigns[g.ID] = c
	}
	c.held = c.held || g.Held
	first := h.positions[g.ID]
	if position != first && h.comments[position].Status == models.Approved {
		c.members = append(c.members, position)
	}
	if !g.Held && (!c.held || c.approved > 0) {
		return
	}
	since := h.comments[position].at.Add(-models.CampaignWindow)
	newest := c.members[max(0, len(c.members)-storage.MaxPulledBack):]
	c.members = c.members[:len(c.members)-len(newest)]
	for _, member := range append([]int{first}, newest...) {
		e := &h.comments[member]
		if e.Status != models.Approved || e.at.Before(since) || e.inForce > 0 || e.approved {
			continue
		}
		e.outcome.State = State{models.Pending, models.ReasonCampaign}
		h.setState(member, e.outcome.State, h.comments[position].at)
	}
}

// countDecision counts a decision on a comment that waited for its campaign, or with -1
// that it was undone.
func (h *history) countDecision(campaign string, reason models.Reason, action models.Action, change int) {
	c := h.campaigns[campaign]
	switch {
	case c == nil || reason != models.ReasonCampaign:
	case action == models.Approve:
		c.approved += change
	default:
		c.rejected += change
	}
}
