// A moderation session with the client that oapi-codegen generates: it holds
// every comment of a site, posts two, decides both and reads the result back.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/oapi-codegen/nullable"

	"clients/oapicodegen/api"
)

const (
	site    = "gazette"
	article = "oapi-codegen"
	text    = "The ferry runs again."
)

func main() {
	if err := run(context.Background(), os.Getenv("WINNOW_URL"), os.Getenv("WINNOW_KEY")); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, url, key string) error {
	c, err := api.NewClientWithResponses(url)
	if err != nil {
		return err
	}
	token, err := login(ctx, c)
	if err != nil {
		return err
	}
	moderator, server := header("Authorization", "Bearer "+token), header("Authorization", "Bearer "+key)
	if err := holdEverything(ctx, c, moderator); err != nil {
		return err
	}
	first, err := post(ctx, c, newComment(text), server)
	if err != nil {
		return err
	}
	if first.Status != api.Pending || first.Verdict == nil || first.Verdict.Model == "" {
		return fmt.Errorf("posted with the key: %+v", first)
	}
	fromPage := newComment("Buy followers.")
	fromPage.Site = new(site)
	second, err := post(ctx, c, fromPage, header("Origin", "https://gazette.example"))
	if err != nil {
		return err
	}
	if second.Verdict != nil {
		return fmt.Errorf("a page sees the verdict: %+v", second)
	}
	if err := decide(ctx, c, moderator, first.Id.String()); err != nil {
		return err
	}
	if err := rejectRest(ctx, c, moderator, second.Id.String()); err != nil {
		return err
	}
	return readBack(ctx, c, server, moderator, first.Id.String())
}

func header(name, value string) api.RequestEditorFn {
	return func(_ context.Context, req *http.Request) error {
		req.Header.Set(name, value)
		return nil
	}
}

func login(ctx context.Context, c *api.ClientWithResponses) (token string, err error) {
	r, err := c.LoginWithResponse(ctx, api.LoginJSONRequestBody{Name: "grace", Password: os.Getenv("WINNOW_PASSWORD")})
	if err != nil {
		return "", err
	}
	if r.JSON200 == nil || r.JSON200.AccessToken == nil || r.JSON200.Moderator.Role != api.RoleAdmin {
		return "", fmt.Errorf("login: %s", r.Body)
	}
	return *r.JSON200.AccessToken, nil
}

// holdEverything makes every comment wait. It also sends a null, which stands for
// the default.
func holdEverything(ctx context.Context, c *api.ClientWithResponses, moderator api.RequestEditorFn) error {
	var settings api.SiteSettings
	settings.Mode = new(api.SiteModePre)
	settings.SecondLook = nullable.NewNullNullable[float64]()
	r, err := c.UpdateSiteWithResponse(ctx, site, settings, moderator)
	if err != nil {
		return err
	}
	if r.JSON200 == nil || r.JSON200.Mode != api.SiteModePre {
		return fmt.Errorf("update of the site: %s", r.Body)
	}
	return nil
}

func newComment(body string) api.NewComment {
	comment := api.NewComment{Article: api.Article{Id: article}, Body: body}
	comment.Author.Name = "Ada"
	return comment
}

func post(ctx context.Context, c *api.ClientWithResponses, comment api.NewComment, as api.RequestEditorFn) (*api.CommentReply, error) {
	r, err := c.CreateCommentWithResponse(ctx, nil, comment, as)
	if err != nil {
		return nil, err
	}
	if r.JSON201 == nil {
		return nil, fmt.Errorf("post: %s", r.Body)
	}
	return r.JSON201, nil
}

// decide claims a comment, approves it in the version that was claimed, and must
// be refused when it sends the same again.
func decide(ctx context.Context, c *api.ClientWithResponses, moderator api.RequestEditorFn, id string) error {
	claimed, err := c.ClaimWithResponse(ctx, api.ClaimJSONRequestBody{Site: new(site), Article: new(article)}, moderator)
	if err != nil {
		return err
	}
	if claimed.JSON200 == nil || len(claimed.JSON200.Items) != 2 {
		return fmt.Errorf("claim: %s", claimed.Body)
	}
	for _, item := range claimed.JSON200.Items {
		if item.Comment.Id != id {
			continue
		}
		if item.Claim == nil || item.Claim.By != "grace" || item.Verdict.Signals.IsNull() {
			return fmt.Errorf("claimed: %+v", item)
		}
		return approve(ctx, c, moderator, id, item.Version)
	}
	return fmt.Errorf("%s is not among the claimed items: %s", id, claimed.Body)
}

func approve(ctx context.Context, c *api.ClientWithResponses, moderator api.RequestEditorFn, id string, version int) error {
	decision := api.DecisionRequest{Action: api.DecisionActionApprove, Version: &version}
	created, err := c.DecideWithResponse(ctx, id, decision, moderator)
	if err != nil {
		return err
	}
	if created.JSON200 == nil || created.JSON200.Comment.Status != api.Approved || created.JSON200.Moderator != "grace" {
		return fmt.Errorf("decision: %s", created.Body)
	}
	again, err := c.DecideWithResponse(ctx, id, decision, moderator)
	if err != nil {
		return err
	}
	conflict := again.ApplicationproblemJSON409
	if conflict == nil || conflict.Current == nil || *conflict.Current.Version != created.JSON200.Comment.Version {
		return fmt.Errorf("decision on an old version: %s", again.Body)
	}
	return nil
}

// rejectRest rejects whatever else waits on the article, after a preview.
func rejectRest(ctx context.Context, c *api.ClientWithResponses, moderator api.RequestEditorFn, id string) error {
	filter := &api.BatchFilter{Site: new(site), Article: new(article)}
	preview, err := c.PreviewBatchWithResponse(ctx, api.PreviewBatchJSONRequestBody{Filter: filter}, moderator)
	if err != nil {
		return err
	}
	if preview.JSON200 == nil || preview.JSON200.Count != 1 || preview.JSON200.Sample[0].Comment.Id != id {
		return fmt.Errorf("preview: %s", preview.Body)
	}
	batch, err := c.DecideManyWithResponse(ctx, api.DecideManyJSONRequestBody{
		Filter: filter, Expect: &preview.JSON200.Count, Token: &preview.JSON200.Token,
		Action: api.DecisionActionReject, Reason: new(api.RejectReasonSpam),
	}, moderator)
	if err != nil {
		return err
	}
	if batch.JSON200 == nil || batch.JSON200.Count != 1 || len(batch.JSON200.Failed) != 0 {
		return fmt.Errorf("batch: %s", batch.Body)
	}
	return nil
}

// readBack reads the approved comment as a reader does, reports it, and finds
// both labels in the export and nothing in the queue.
func readBack(ctx context.Context, c *api.ClientWithResponses, server, moderator api.RequestEditorFn, id string) error {
	page, err := c.ListCommentsWithResponse(ctx, &api.ListCommentsParams{Site: new(site), Article: article})
	if err != nil {
		return err
	}
	if page.JSON200 == nil || page.JSON200.Total != 1 || page.JSON200.Comments[0].Id != id || page.JSON200.Comments[0].Body != text {
		return fmt.Errorf("list: %s", page.Body)
	}
	counts, err := c.CountCommentsWithResponse(ctx, &api.CountCommentsParams{Site: new(site), Article: []string{article, "none"}})
	if err != nil {
		return err
	}
	if counts.JSON200 == nil || counts.JSON200.Counts[article] != 1 || len(counts.JSON200.Counts) != 2 {
		return fmt.Errorf("counts: %s", counts.Body)
	}
	report, err := c.FlagCommentWithResponse(ctx, id, api.FlagCommentJSONRequestBody{
		Reason: new(api.RejectReasonOther), Client: &api.ClientRequest{Ip: new("203.0.113.7")},
	}, server)
	if err != nil {
		return err
	}
	if report.StatusCode() != http.StatusNoContent {
		return fmt.Errorf("report: %s", report.Body)
	}
	if err := readLabels(ctx, c, moderator); err != nil {
		return err
	}
	queue, err := c.QueueWithResponse(ctx, &api.QueueParams{Site: new(site)}, moderator)
	if err != nil {
		return err
	}
	if queue.JSON200 == nil || queue.JSON200.Total != 0 {
		return fmt.Errorf("queue: %s", queue.Body)
	}
	return nil
}

// readLabels reads the export as it comes: ExportLabelsWithResponse takes
// application/jsonl, whose name has "json" in it, for one JSON value.
func readLabels(ctx context.Context, c *api.ClientWithResponses, moderator api.RequestEditorFn) error {
	export, err := c.ExportLabels(ctx, &api.ExportLabelsParams{Site: new(site)}, moderator)
	if err != nil {
		return err
	}
	defer export.Body.Close()
	labels, err := io.ReadAll(export.Body)
	if err == nil && (strings.Count(string(labels), "\n") != 2 || !strings.Contains(string(labels), text)) {
		err = fmt.Errorf("labels: %s", labels)
	}
	return err
}
