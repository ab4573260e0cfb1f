// A moderation session with the client that ogen generates: it holds every comment
// of a site, posts two, decides both and reads the result back. ogen checks each
// reply against its schema.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/ogen-go/ogen/ogenerrors"

	"clients/ogen/api"
)

const (
	site    = "gazette"
	article = "ogen"
	text    = "The ferry runs again."
)

func main() {
	if err := run(context.Background(), os.Getenv("WINNOW_URL"), os.Getenv("WINNOW_KEY")); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, url, key string) error {
	page, err := api.NewClient(url, credentials{}, api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
		req.Header.Set("Origin", "https://gazette.example")
		return nil
	}))
	if err != nil {
		return err
	}
	token, err := login(ctx, page)
	if err != nil {
		return err
	}
	c, err := api.NewClient(url, credentials{key: key, token: token})
	if err != nil {
		return err
	}
	if err := holdEverything(ctx, c); err != nil {
		return err
	}
	first, err := post(ctx, c, newComment(text))
	if err != nil {
		return err
	}
	if first.Status != api.StatusPending || first.Verdict.Value.Model == "" {
		return fmt.Errorf("posted with the key: %+v", first)
	}
	fromPage := newComment("Buy followers.")
	fromPage.Site.SetTo(site)
	second, err := post(ctx, page, fromPage)
	if err != nil {
		return err
	}
	if second.Verdict.Set {
		return fmt.Errorf("a page sees the verdict: %+v", second)
	}
	if err := decide(ctx, c, first.ID.String()); err != nil {
		return err
	}
	if err := rejectRest(ctx, c, second.ID.String()); err != nil {
		return err
	}
	return readBack(ctx, c, first.ID.String())
}

// credentials are what the client sends where the description asks for it.
type credentials struct{ key, token string }

// SiteKey is for the calls of front ends: those of the desk are made as a moderator.
func (c credentials) SiteKey(_ context.Context, call api.OperationName) (api.SiteKey, error) {
	switch call {
	case api.CreateCommentOperation, api.CountCommentsOperation, api.FlagCommentOperation, api.OutcomeOperation:
	default:
		return api.SiteKey{}, ogenerrors.ErrSkipClientSecurity
	}
	return api.SiteKey{Token: c.key}, skipEmpty(c.key)
}

func (credentials) SiteKeyInQuery(context.Context, api.OperationName) (api.SiteKeyInQuery, error) {
	return api.SiteKeyInQuery{}, ogenerrors.ErrSkipClientSecurity
}

func (c credentials) ModeratorToken(context.Context, api.OperationName) (api.ModeratorToken, error) {
	return api.ModeratorToken{Token: c.token}, skipEmpty(c.token)
}

func (credentials) ConsoleCookie(context.Context, api.OperationName) (api.ConsoleCookie, error) {
	return api.ConsoleCookie{}, skipEmpty("")
}

func (credentials) ReaderToken(context.Context, api.OperationName) (api.ReaderToken, error) {
	return api.ReaderToken{}, skipEmpty("")
}

func skipEmpty(credential string) error {
	if credential == "" {
		return ogenerrors.ErrSkipClientSecurity
	}
	return nil
}

// reply returns the successful one of the replies that an operation may have.
func reply[T, R any](res R, err error) (good T, _ error) {
	if err != nil {
		return good, err
	}
	good, ok := any(res).(T)
	if !ok {
		return good, fmt.Errorf("%T instead of %T: %+v", res, good, res)
	}
	return good, nil
}

func login(ctx context.Context, c *api.Client) (token string, err error) {
	session, err := reply[*api.Session](c.Login(ctx, &api.LoginReq{Name: "grace", Password: os.Getenv("WINNOW_PASSWORD")}))
	if err == nil && session.Moderator.Role != api.RoleAdmin {
		err = fmt.Errorf("login: %+v", session)
	}
	if err != nil {
		return "", err
	}
	return session.AccessToken.Value, nil
}

// holdEverything makes every comment wait. It also sends a null, which stands for
// the default.
func holdEverything(ctx context.Context, c *api.Client) error {
	var settings api.SiteSettings
	settings.Mode.SetTo(api.SiteModePre)
	settings.SecondLook.SetToNull()
	changed, err := reply[*api.Site](c.UpdateSite(ctx, &settings, api.UpdateSiteParams{Slug: site}))
	if err == nil && changed.Mode != api.SiteModePre {
		err = fmt.Errorf("update of the site: %+v", changed)
	}
	return err
}

func newComment(body string) *api.NewComment {
	return &api.NewComment{Article: api.Article{ID: article}, Author: api.NewCommentAuthor{Name: "Ada"}, Body: body}
}

func post(ctx context.Context, c *api.Client, comment *api.NewComment) (api.CommentReply, error) {
	created, err := reply[*api.CommentReplyHeaders](c.CreateComment(ctx, comment, api.CreateCommentParams{}))
	if err != nil {
		return api.CommentReply{}, err
	}
	return created.Response, nil
}

// decide claims a comment, approves it in the version that was claimed, and must
// be refused when it sends the same again.
func decide(ctx context.Context, c *api.Client, id string) error {
	claimed, err := reply[*api.ClaimOK](c.Claim(ctx, &api.ClaimReq{Site: api.NewOptString(site), Article: api.NewOptString(article)}))
	if err != nil {
		return err
	}
	for _, item := range claimed.Items {
		if item.Comment.ID != id {
			continue
		}
		if len(claimed.Items) != 2 || item.Claim.Value.By != "grace" || len(item.Verdict.Signals) == 0 {
			return fmt.Errorf("claimed: %+v", item)
		}
		return approve(ctx, c, id, item.Version)
	}
	return fmt.Errorf("%s is not among the claimed items: %+v", id, claimed)
}

func approve(ctx context.Context, c *api.Client, id string, version int) error {
	decision := &api.DecisionRequest{Action: api.DecisionActionApprove, Version: api.NewOptInt(version)}
	created, err := reply[*api.DecideOK](c.Decide(ctx, decision, api.DecideParams{ID: id}))
	if err != nil {
		return err
	}
	if created.Comment.Status != api.StatusApproved || created.Moderator != "grace" {
		return fmt.Errorf("decision: %+v", created)
	}
	conflict, err := reply[*api.DecideConflict](c.Decide(ctx, decision, api.DecideParams{ID: id}))
	if err == nil && conflict.Current.Value.Version.Value != created.Comment.Version {
		err = fmt.Errorf("decision on an old version: %+v", conflict)
	}
	return err
}

// rejectRest rejects whatever else waits on the article, after a preview.
func rejectRest(ctx context.Context, c *api.Client, id string) error {
	filter := api.NewOptBatchFilter(api.BatchFilter{Site: api.NewOptString(site), Article: api.NewOptString(article)})
	preview, err := reply[*api.PreviewBatchOK](c.PreviewBatch(ctx, &api.PreviewBatchReq{Filter: filter}))
	if err != nil {
		return err
	}
	if preview.Count != 1 || preview.Sample[0].Comment.ID != id {
		return fmt.Errorf("preview: %+v", preview)
	}
	batch, err := reply[*api.DecideManyOK](c.DecideMany(ctx, &api.DecideManyReq{
		Filter: filter, Expect: api.NewOptInt(preview.Count), Token: api.NewOptString(preview.Token),
		Action: api.DecisionActionReject, Reason: api.NewOptRejectReason(api.RejectReasonSpam),
	}))
	if err == nil && (batch.Count != 1 || len(batch.Failed) != 0) {
		err = fmt.Errorf("batch: %+v", batch)
	}
	return err
}

// readBack reads the approved comment as a reader does, reports it, and finds
// both labels in the export and nothing in the queue.
func readBack(ctx context.Context, c *api.Client, id string) error {
	page, err := reply[*api.ArticleCommentsHeaders](c.ListComments(ctx, api.ListCommentsParams{Site: api.NewOptSlug(site), Article: article}))
	if err != nil {
		return err
	}
	if r := page.Response; r.Total != 1 || r.Comments[0].ID != id || r.Comments[0].Body != text {
		return fmt.Errorf("list: %+v", page)
	}
	counts, err := reply[*api.CountCommentsOK](c.CountComments(ctx, api.CountCommentsParams{Article: []string{article, "none"}}))
	if err != nil {
		return err
	}
	if counts.Counts[article] != 1 || len(counts.Counts) != 2 {
		return fmt.Errorf("counts: %+v", counts)
	}
	report := &api.FlagCommentReq{
		Reason: api.NewOptRejectReason(api.RejectReasonOther),
		Client: api.NewOptClientRequest(api.ClientRequest{IP: api.NewOptString("203.0.113.7")}),
	}
	if _, err := reply[*api.FlagCommentNoContent](c.FlagComment(ctx, report, api.FlagCommentParams{ID: id})); err != nil {
		return err
	}
	if err := readLabels(ctx, c); err != nil {
		return err
	}
	queue, err := reply[*api.QueueOK](c.Queue(ctx, api.QueueParams{Site: api.NewOptSlug(site)}))
	if err == nil && queue.Total != 0 {
		err = fmt.Errorf("queue: %+v", queue)
	}
	return err
}

func readLabels(ctx context.Context, c *api.Client) error {
	export, err := reply[*api.ExportLabelsOKApplicationJsonl](c.ExportLabels(ctx, api.ExportLabelsParams{Site: api.NewOptSlug(site)}))
	if err != nil {
		return err
	}
	labels, err := io.ReadAll(export)
	if err == nil && (strings.Count(string(labels), "\n") != 2 || !strings.Contains(string(labels), text)) {
		err = fmt.Errorf("labels: %s", labels)
	}
	return err
}
