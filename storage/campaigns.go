package storage

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"winnow/models"
	"winnow/storage/sqldb"
)

// MaxPulledBack is how many comments one transaction pulls back. The comments
// that join the campaign later pull back the rest.
const MaxPulledBack = 500

// A campaign is stored from its second comment on. Nodes may write its counts in
// another order than that in which they were counted, so only larger ones win.
// The statement locks the row also when nothing changes: of two nodes that store
// comments of one campaign, the second one finds the comments of the first.
var campaignRows = sqldb.NewInsert("campaigns",
	`ON CONFLICT (site, id) DO UPDATE SET held = campaigns.held OR excluded.held,
	count = CASE WHEN campaigns.count < excluded.count THEN excluded.count ELSE campaigns.count END,
	authors = CASE WHEN campaigns.count < excluded.count THEN excluded.authors ELSE campaigns.authors END,
	articles = CASE WHEN campaigns.count < excluded.count THEN excluded.articles ELSE campaigns.articles END`,
	sqldb.Text("site", func(g siteCampaign) string { return g.site }),
	sqldb.Text("id", func(g siteCampaign) string { return g.ID }),
	sqldb.Int("count", func(g siteCampaign) int64 { return int64(g.Count) }),
	sqldb.Int("authors", func(g siteCampaign) int64 { return int64(g.Authors) }),
	sqldb.Int("articles", func(g siteCampaign) int64 { return int64(g.Articles) }),
	sqldb.Int("first_at", func(g siteCampaign) int64 { return micros(g.First) }),
	sqldb.Bool("held", func(g siteCampaign) bool { return g.Held }),
)

// bareCommentColumns are commentColumns without the article, whose row a
// transaction writes last.
var bareCommentColumns = strings.Replace(commentColumns, "a.id, a.url, a.title, a.section, a.described", "c.article, '', '', '', FALSE", 1)

// siteCampaign is a campaign with its site.
type siteCampaign struct {
	site string
	models.Campaign
}

// memberRow is a comment of a campaign that was published on arrival.
type memberRow struct {
	site, campaign, comment string
	at                      int64
}

var memberRows = sqldb.NewInsert("campaign_members", "",
	sqldb.Text("site", func(m memberRow) string { return m.site }),
	sqldb.Text("campaign", func(m memberRow) string { return m.campaign }),
	sqldb.Text("comment_id", func(m memberRow) string { return m.comment }),
	sqldb.Int("created_at", func(m memberRow) int64 { return m.at }),
)

// campaignDeltas are what a transaction adds to campaigns.
type campaignDeltas struct {
	groups  map[key]models.Campaign
	members []memberRow
}

// add adds a new comment of a group. Most comments are the first of theirs, which
// is not stored.
func (d *campaignDeltas) add(c models.Comment, g models.Campaign) {
	if g.ID == "" || g.Count < 2 {
		return
	}
	if d.groups == nil {
		d.groups = map[key]models.Campaign{}
	}
	of := key{c.Site, g.ID}
	known := d.groups[of]
	if known.Count > g.Count {
		g, known = known, g
	}
	g.Held = g.Held || known.Held
	d.groups[of] = g
	if c.Status == models.Approved && c.ID != g.ID {
		d.members = append(d.members, memberRow{c.Site, g.ID, c.ID, micros(c.CreatedAt)})
	}
}

// storeCampaigns writes campaigns and pulls back what is published of those that
// are held. requests are the comments of this transaction.
func (t *tx) storeCampaigns(d campaignDeltas, requests []*insertRequest) error {
	if len(d.groups) == 0 {
		return nil
	}
	keys := slices.SortedFunc(maps.Keys(d.groups), key.compare) // in this order, which prevents deadlocks between nodes
	rows := make([]siteCampaign, len(keys))
	for i, of := range keys {
		rows[i] = siteCampaign{of.site, d.groups[of]}
	}
	if err := campaignRows.Add(t, rows...); err != nil {
		return err
	}
	if err := memberRows.Add(t, d.members...); err != nil {
		return err
	}
	// What this transaction holds, and what another one held while a comment was on
	// its way; but not what moderators have approved since.
	var w sqldb.Where
	whereKeys(&w, "site", "id", keys)
	w.Add("held AND approved = 0")
	held, err := sqldb.List(t, readKey, `SELECT site, id FROM campaigns`+w.String(), w.Args()...)
	if err != nil {
		return err
	}
	for _, g := range rows {
		if of := (key{g.site, g.ID}); g.Held && !slices.Contains(held, of) {
			held = append(held, of)
		}
	}
	if len(held) == 0 {
		return nil
	}
	for _, r := range requests {
		if slices.Contains(held, key{r.Comment.Site, r.Campaign.ID}) { // not published after all: its page's word does not count
			add(&t.counters.articles, [2]string{r.Comment.Site, r.Comment.Article.ID}, func(v *articleDelta) { v.article = models.Article{} })
		}
	}
	pulled, err := t.pullBack(held)
	for _, r := range requests {
		if c, ok := pulled[r.Comment.ID]; ok {
			c.Article = r.Comment.Article
			r.result.comment = c // what its front end learns
		}
	}
	return err
}

// pullBack makes the published comments of campaigns pending again, so that they
// wait with the others: those of the last models.CampaignWindow that no moderator
// has approved. Returns them by id.
func (t *tx) pullBack(campaigns []key) (map[string]models.Comment, error) {
	since := micros(t.Now.Add(-models.CampaignWindow))
	keys := slices.Clone(campaigns) // their first comments
	for _, of := range campaigns {
		members, err := sqldb.List(t, sqldb.ScanOne[string], `DELETE FROM campaign_members WHERE site = $1 AND campaign = $2 AND comment_id IN
			(SELECT comment_id FROM campaign_members WHERE site = $1 AND campaign = $2 ORDER BY comment_id DESC LIMIT $3) RETURNING comment_id`, of.site, of.id, MaxPulledBack)
		if err != nil {
			return nil, err
		}
		for _, id := range members {
			keys = append(keys, key{of.site, id})
		}
	}
	var w sqldb.Where
	t.whereComments(&w, keys)
	w.Add("c.status = 'approved' AND c.created_at >= ?", since)
	w.Add("NOT EXISTS (SELECT 1 FROM decisions d WHERE d.site = c.site AND d.comment_id = c.id AND d.undone_at IS NULL)")
	w.Add("NOT EXISTS (SELECT 1 FROM second_looks l WHERE l.site = c.site AND l.comment_id = c.id AND l.second_action = 'approve')")
	found, err := sqldb.List(t, readComment, `SELECT `+bareCommentColumns+` FROM comments c`+w.String()+` ORDER BY c.id`+t.ForUpdateOf("c"), w.Args()...)
	if err != nil {
		return nil, err
	}
	pulled := make(map[string]models.Comment, len(found))
	for _, old := range found {
		c, err := t.setStatus(old, models.Pending, models.ReasonCampaign, models.CauseCampaign)
		if err != nil {
			return nil, err
		}
		if err := t.audit(models.Caller{Kind: models.BySystem}, c.Site, "comment.pull_back", c.ID, auditStateOf(old), auditStateOf(c)); err != nil {
			return nil, err
		}
		pulled[c.ID] = c
	}
	return pulled, nil
}

// countCampaignDecision counts what moderators think of a campaign that is held:
// a decision on one of its comments, or with -1 that it was undone.
func (t *tx) countCampaignDecision(k commentRow, reason models.Reason, action models.Action, change int) error {
	if k.campaign == nil || reason != models.ReasonCampaign && reason != models.ReasonEscalated {
		return nil
	}
	approved, rejected := change, 0
	if action != models.Approve {
		approved, rejected = 0, change
	}
	return t.Write(`UPDATE campaigns SET approved = approved + $1, rejected = rejected + $2 WHERE site = $3 AND id = $4`, approved, rejected, k.comment.Site, k.campaign.ID)
}

// pullBackUnapproved pulls back what was published of the campaigns of these comments
// because moderators had approved them, when an undo has left no such approval.
func (t *tx) pullBackUnapproved(comments []key) error {
	if len(comments) == 0 {
		return nil
	}
	var w sqldb.Where
	t.whereComments(&w, comments)
	w.Add("g.held AND g.approved = 0")
	held, err := sqldb.List(t, readKey,
		`SELECT DISTINCT g.site, g.id FROM comments c JOIN campaigns g ON g.site = c.site AND g.id = c.campaign`+w.String()+` ORDER BY g.site, g.id`, w.Args()...)
	if err != nil || len(held) == 0 {
		return err
	}
	_, err = t.pullBack(held)
	return err
}

// CampaignDecisions returns how many comments of a campaign of a site moderators approved
// and rejected since it is held.
func (db *DB) CampaignDecisions(ctx context.Context, site, id string) (approved, rejected int, err error) {
	n, err := read(ctx, db, func(t *tx) ([2]int, error) {
		found, err := sqldb.List(t, func(scan sqldb.Scanner) (n [2]int, err error) {
			err = scan(&n[0], &n[1])
			return n, err
		}, `SELECT approved, rejected FROM campaigns WHERE site = $1 AND id = $2`, site, id)
		return slices.Concat(found, [][2]int{{}})[0], err
	})
	return n[0], n[1], err
}

// ApprovedCount returns how many comments of an author, by models.Author.Key, are
// published on a site, under any spelling of the name.
func (db *DB) ApprovedCount(ctx context.Context, site, authorKey string) (int, error) {
	return read(ctx, db, func(t *tx) (int, error) {
		r, _, err := t.authorRecord(site, authorKey)
		return r.Approved, err
	})
}

// CampaignMember is a comment with the campaign that it belongs to.
type CampaignMember struct {
	Comment  models.Comment
	Campaign string // id
	Approved int    // published comments of its author, this one not counted
}

// maxRecent is how many comments RecentCampaigns returns of all sites together.
const maxRecent = 20_000

// RecentCampaigns returns the comments of the last models.CampaignWindow that
// belong to a campaign, single ones too, oldest first: at most the newest 20,000.
// A node without Redis continues from them after a restart.
func (db *DB) RecentCampaigns(ctx context.Context) ([]CampaignMember, error) {
	sites, err := db.slugs(ctx)
	if err != nil {
		return nil, err
	}
	var all []CampaignMember
	for _, site := range sites {
		found, err := readFor(ctx, db, sqldb.Exporting, func(t *tx) ([]CampaignMember, error) {
			return t.recentMembers(site, t.Now.Add(-models.CampaignWindow), maxRecent/len(sites))
		})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b CampaignMember) int {
		return cmp.Or(a.Comment.CreatedAt.Compare(b.Comment.CreatedAt), cmp.Compare(a.Comment.ID, b.Comment.ID))
	})
	return all, nil
}

func (t *tx) recentMembers(site string, since time.Time, limit int) ([]CampaignMember, error) {
	return sqldb.List(t, func(scan sqldb.Scanner) (m CampaignMember, err error) {
		into, done := commentInto(&m.Comment)
		err = scan(append(into, &m.Campaign, &m.Approved)...)
		if done(); m.Comment.Status == models.Approved {
			m.Approved--
		}
		return m, err
	}, `SELECT `+commentColumns+`, c.campaign, coalesce(`+t.recordColumn("w", "approved")+`, 0)`+commentTables+`
		LEFT JOIN authors w ON w.site = c.site AND w.key = c.author_key
		WHERE c.site = $1 AND c.created_at >= $2 AND c.campaign <> '' AND c.body <> ''
		ORDER BY c.created_at DESC, c.id DESC LIMIT $3`, site, micros(since), limit)
}
