package gate

import (
	"slices"
	"strings"
	"time"

	"winnow/models"
)

// Report says whether a candidate was refused, why, and what it would change.
// "Now" is the live model, "then" is the candidate.
type Report struct {
	Candidate string    `json:"candidate"` // version
	Live      string    `json:"live"`      // version
	Refused   bool      `json:"refused"`
	Summary   string    `json:"summary"` // see Sentence
	Reasons   []Finding `json:"reasons"` // for the refusal
	// WeakPoints are what the candidate cannot do, and what could not be found out.
	WeakPoints []string `json:"weak_points"`
	Notes      []string `json:"notes"` // how the models were compared
	Traffic    Traffic  `json:"traffic"`
	// ChangeSummary counts the comments of the traffic that change, and says how many
	// of them Changes shows. It is empty without any.
	ChangeSummary string   `json:"change_summary"`
	Changes       []Change `json:"changes"` // up to ten, the most surprising first
	Slices        []Slice  `json:"slices"`
	Labels        int      `json:"labels"`   // that were compared
	Clusters      int      `json:"clusters"` // of near-copies among them; each counts once
	HeldOut       int      `json:"held_out"` // clusters that the candidate has not learned from, or that cross-validation scored
	Learned       int      `json:"learned"`  // clusters that the candidate has, or may have, learned from
	Golden        int      `json:"golden"`   // examples that were compared

	notes []message
	lang  string
}

// Traffic counts what the models do with the last comments.
type Traffic struct {
	Comments     int `json:"comments"`
	Labelled     int `json:"labelled"`
	HeldNow      int `json:"held_now"`
	HeldThen     int `json:"held_then"`
	RejectedNow  int `json:"rejected_now"`
	RejectedThen int `json:"rejected_then"`

	// Those with another action.
	NewlyHeld     int `json:"newly_held"`     // approved by live
	NewlyRejected int `json:"newly_rejected"` // approved or held by live
	Released      int `json:"released"`       // approved by the candidate
	HeldInstead   int `json:"held_instead"`   // rejected by live
}

func (t *Traffic) addChange(now, then models.Action) {
	switch {
	case now == then:
	case then == models.Approve:
		t.Released++
	case then == models.Reject:
		t.NewlyRejected++
	case now == models.Reject:
		t.HeldInstead++
	default:
		t.NewlyHeld++
	}
}

// changes counts the comments with another action, of which some are shown.
func (t Traffic) changes(lang string, shown int) string {
	total := 0
	var list []string
	for _, kind := range []struct {
		code Code
		n    int
	}{{newlyHeld, t.NewlyHeld}, {newlyRejected, t.NewlyRejected}, {released, t.Released}, {heldInstead, t.HeldInstead}} {
		if kind.n > 0 {
			total += kind.n
			list = append(list, message{kind.code, map[string]any{"n": kind.n}}.in(lang))
		}
	}
	params := map[string]any{"n": total, "list": strings.Join(list, ", "), "shown": shown}
	switch {
	case total == 0:
		return ""
	case shown == total:
		return message{changed, params}.in(lang)
	}
	return message{changedBelow, params}.in(lang)
}

// Code names a kind of finding or note. Codes are stable.
type Code string

// Codes of findings.
const (
	FalseAlarms Code = "false_alarms" // holds or rejects more ham than live and than the budget
	FalseReject Code = "false_reject" // rejects ham
	Recall      Code = "recall"       // passes spam or abuse that live does not
	NoSkill     Code = "no_skill"     // tells the classes apart no better than chance
	Flipped     Code = "flipped"      // the candidate, or its labels, say the opposite of the others
	Calibrated  Code = "calibration"  // its probabilities are not the observed shares
	SliceWorse  Code = "slice"        // worse in one language, site or source
	GoldenLost  Code = "golden"       // a golden example loses its class
	HoldBudget  Code = "hold_budget"  // holds too much of the traffic
	FewLabels   Code = "few_labels"   // learned from too few labels
	Language    Code = "language"     // learned from other languages than the traffic's
	NearCopies  Code = "near_copies"  // a class is mostly copies of few texts
	HeadLost    Code = "head_lost"    // does not know a class that live knows
	OwnFigures  Code = "own_figures"  // the figures in its file are bad
	Conflicts   Code = "conflicts"    // texts with labels of more than one class
)

// Finding is one reason to refuse a candidate, or one warning about labels.
type Finding struct {
	Code    Code           `json:"code"`
	Message string         `json:"message"`
	Params  map[string]any `json:"params,omitempty"` // the numbers and names in Message
	Rows    []Change       `json:"rows,omitempty"`   // up to ten examples
}

// Change is a text with what both models make of it.
type Change struct {
	Text      string       `json:"text"` // its beginning
	Author    string       `json:"author,omitempty"`
	Label     models.Class `json:"label,omitempty"`
	Site      string       `json:"site,omitempty"`
	Lang      string       `json:"lang,omitempty"`
	Source    string       `json:"source,omitempty"`
	CreatedAt time.Time    `json:"created_at,omitzero"`
	Now       Outcome      `json:"now"`
	Then      Outcome      `json:"then"`
}

// Outcome is what one model makes of a text.
type Outcome struct {
	Action models.Action `json:"action"`
	Spam   *float64      `json:"spam,omitempty"`
	Abuse  *float64      `json:"abuse,omitempty"`
}

// Slice compares the models on the labels and comments of one language, site or
// source. Labels count once a cluster.
type Slice struct {
	Kind         string `json:"kind"` // language, site or source
	Name         string `json:"name"`
	Ham          int    `json:"ham"`
	HamHeldNow   int    `json:"ham_held_now"` // or rejected
	HamHeldThen  int    `json:"ham_held_then"`
	Bad          int    `json:"bad"` // labels of spam and abuse
	CaughtNow    int    `json:"caught_now"`
	CaughtThen   int    `json:"caught_then"`
	Comments     int    `json:"comments"` // of the traffic
	CommentsNow  int    `json:"comments_held_now"`
	CommentsThen int    `json:"comments_held_then"`
}

// Sentence sums up what the candidate would do with the last comments, or says
// that there are none.
func (r Report) Sentence() string { return r.Traffic.Sentence(r.lang) }

// Sentence sums up what would change for the last comments, in a language, "de" or
// English.
func (t Traffic) Sentence(lang string) string {
	if t.Comments == 0 {
		return message{code: noTraffic}.in(lang)
	}
	return message{code: sentence, params: map[string]any{
		"comments": t.Comments, "held_then": t.HeldThen, "held_now": t.HeldNow,
		"rejected_then": t.RejectedThen, "rejected_now": t.RejectedNow,
	}}.in(lang)
}

// In returns the report with its texts in a language, "de" or English. It needs the
// report that Compare returned, not one that was read from JSON.
func (r Report) In(lang string) Report {
	r.lang = lang
	reasons := make([]Finding, len(r.Reasons))
	for i, f := range r.Reasons {
		f.Message = message{f.Code, f.Params}.in(lang)
		reasons[i] = f
	}
	r.Reasons, r.Notes, r.WeakPoints = reasons, []string{}, []string{}
	for _, n := range r.notes {
		list := &r.Notes
		if slices.Contains(weakPoints, n.code) {
			list = &r.WeakPoints
		}
		*list = append(*list, n.in(lang))
	}
	r.Summary, r.ChangeSummary = r.Sentence(), r.Traffic.changes(lang, len(r.Changes))
	return r
}

// Visible returns the report without the texts and slices of sites that a reader of it
// must not see. The numbers are still those of all sites.
func (r Report) Visible(canSee func(site string) bool) Report {
	hidden := func(ch Change) bool { return !canSee(ch.Site) }
	r.Changes = slices.DeleteFunc(slices.Clone(r.Changes), hidden)
	r.ChangeSummary = r.Traffic.changes(r.lang, len(r.Changes))
	r.Slices = slices.DeleteFunc(slices.Clone(r.Slices), func(s Slice) bool { return s.Kind == "site" && !canSee(s.Name) })
	r.Reasons = slices.Clone(r.Reasons)
	for i := range r.Reasons {
		r.Reasons[i].Rows = slices.DeleteFunc(slices.Clone(r.Reasons[i].Rows), hidden)
	}
	return r
}

func (r *Report) refuse(code Code, params map[string]any, rows []Change) {
	r.Refused = true
	r.Reasons = append(r.Reasons, Finding{Code: code, Params: params, Rows: rows})
}

func (r *Report) has(code Code) bool {
	return slices.ContainsFunc(r.Reasons, func(f Finding) bool { return f.Code == code })
}

func (r *Report) note(code Code, params map[string]any) {
	r.notes = append(r.notes, message{code, params})
}
