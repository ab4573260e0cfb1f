package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"winnow/models"
	"winnow/storage"
)

func webhookCommand() *cli.Command {
	jsonFlag := &cli.BoolFlag{Name: "json", Usage: "print JSON"}
	return &cli.Command{
		Name: "webhook", Usage: "manage where the events of a site are sent to", Action: group,
		Commands: []*cli.Command{
			{
				Name: "add", ArgsUsage: "SLUG URL", Usage: "add a webhook to a site and print its secret once",
				Flags: []cli.Flag{
					databaseFlag(), jsonFlag,
					&cli.StringSliceFlag{Name: "event", Usage: "what it is sent, such as comment.decided (`TYPE`, repeatable; default all)"},
				},
				Action: withDatabase(addWebhook, "SLUG", "URL"),
			},
			{
				Name: "list", ArgsUsage: "SLUG", Usage: "list the webhooks of a site, without their secrets",
				Flags:  []cli.Flag{databaseFlag(), jsonFlag},
				Action: withDatabase(listWebhooks, "SLUG"),
			},
			{
				Name: "rotate", ArgsUsage: "SLUG ID", Usage: "replace the secret of a webhook; for a day the old one signs too",
				Flags:  []cli.Flag{databaseFlag(), jsonFlag},
				Action: withDatabase(rotateWebhook, "SLUG", "ID"),
			},
			{
				Name: "remove", ArgsUsage: "SLUG ID", Usage: "remove a webhook with its dead letters",
				Flags:  []cli.Flag{databaseFlag()},
				Action: withDatabase(removeWebhook, "SLUG", "ID"),
			},
		},
	}
}

func addWebhook(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	w := models.Webhook{URL: args[1]}
	for _, t := range list(c, "event") {
		w.Events = append(w.Events, models.WebhookType(t))
	}
	added, secret, err := db.AddWebhook(ctx, operator(), args[0], w)
	if err != nil {
		return err
	}
	return printWebhookSecret(c, added, secret)
}

func rotateWebhook(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	rotated, secret, err := db.RotateWebhookSecret(ctx, operator(), args[0], args[1])
	if err != nil {
		return err
	}
	return printWebhookSecret(c, rotated, secret)
}

func removeWebhook(ctx context.Context, _ *cli.Command, db *storage.DB, args []string) error {
	return db.RemoveWebhook(ctx, operator(), args[0], args[1])
}

// printWebhookSecret prints a secret, which nothing prints again.
func printWebhookSecret(c *cli.Command, w models.Webhook, secret string) error {
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(map[string]string{"slug": w.Site, "id": w.ID, "secret": secret})
	}
	_, err := fmt.Fprintf(c.Root().Writer, "The secret of webhook %s is\n\n  %s\n\nIt is shown only once. Receivers check the signatures of messages with it.\n", w.ID, secret)
	return err
}

func listWebhooks(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	if _, err := db.Site(ctx, args[0]); err != nil {
		return err
	}
	all, err := db.Webhooks(ctx, args[0])
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return json.NewEncoder(c.Root().Writer).Encode(append([]models.Webhook{}, all...))
	}
	w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tURL\tEVENTS\tSTATE\tWAITING\tDEAD")
	for _, hook := range all {
		events := make([]string, len(hook.Events))
		for i, t := range hook.Events {
			events[i] = string(t)
		}
		if len(events) == 0 {
			events = []string{"all"}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\n", hook.ID, hook.URL, strings.Join(events, " "), webhookState(hook), hook.Waiting, hook.Dead)
	}
	return w.Flush()
}

func webhookState(w models.Webhook) string {
	switch {
	case w.DisabledFor != "":
		return "disabled: " + w.DisabledFor
	case w.DisabledAt != nil:
		return "disabled"
	case w.FailingSince != nil:
		return "failing since " + w.FailingSince.Format(time.RFC3339)
	case w.DeliveredAt != nil:
		return "delivered " + w.DeliveredAt.Format(time.RFC3339)
	}
	return "new"
}
