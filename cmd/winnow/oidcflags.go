package main

import (
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"winnow/handlers"
	"winnow/models"
)

// oidcFlags are the settings of the OpenID provider with which moderators sign in.
func oidcFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "oidc-issuer", Sources: env("oidc-issuer"), Usage: "let moderators sign in at the OpenID provider with this `URL`"},
		&cli.StringFlag{Name: "oidc-client-id", Sources: env("oidc-client-id"), Usage: "`ID` of this server at the provider"},
		&cli.StringFlag{Name: "oidc-client-secret", Sources: env("oidc-client-secret"), Usage: "`SECRET` of this server at the provider"},
		&cli.StringFlag{Name: "oidc-client-secret-file", Sources: env("oidc-client-secret-file"), Usage: "read that secret from `FILE`"},
		&cli.StringFlag{Name: "oidc-public-url", Sources: env("oidc-public-url"), Usage: "`URL` of this server, to which the provider leads back at /v1/auth/oidc/callback (default: --public-url)"},
		&cli.StringFlag{Name: "oidc-label", Value: "single sign-on", Sources: env("oidc-label"), Usage: "`TEXT` on the button"},
		&cli.StringFlag{Name: "oidc-scopes", Value: "profile email", Sources: env("oidc-scopes"), Usage: "`SCOPES` to ask for beside openid"},
		&cli.StringFlag{Name: "oidc-groups-claim", Value: "groups", Sources: env("oidc-groups-claim"), Usage: "`CLAIM` with the groups of a person"},
		&cli.StringFlag{Name: "oidc-groups", Sources: env("oidc-groups"), Usage: "what groups may do: `GROUP=ROLE[:SITE+SITE…]`, separated by semicolons, such as \"desk=moderator:gazette;chief=admin\""},
	}
}

// readOIDC reads the settings of the provider.
func readOIDC(c *cli.Command, cfg *handlers.Config) error {
	o := handlers.OIDCConfig{
		Issuer: c.String("oidc-issuer"), ClientID: c.String("oidc-client-id"), ClientSecret: c.String("oidc-client-secret"),
		PublicURL: c.String("oidc-public-url"), Label: c.String("oidc-label"), GroupsClaim: c.String("oidc-groups-claim"),
		Scopes: strings.Fields(c.String("oidc-scopes")),
	}
	if o.Issuer == "" {
		return nil
	}
	if o.PublicURL == "" && cfg.PublicURL != nil {
		o.PublicURL = cfg.PublicURL.String()
	}
	for flag, value := range map[string]string{"oidc-client-id": o.ClientID, "oidc-public-url": o.PublicURL, "oidc-groups": c.String("oidc-groups")} {
		if value == "" {
			return usagef(c, "--oidc-issuer needs --%s", flag)
		}
	}
	if u, err := url.Parse(o.PublicURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return usagef(c, "--oidc-public-url must be an address such as https://comments.gazette.example")
	}
	if name := c.String("oidc-client-secret-file"); name != "" {
		if o.ClientSecret != "" {
			return usagef(c, "give --oidc-client-secret or --oidc-client-secret-file, not both")
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if o.ClientSecret = strings.TrimRight(string(data), "\r\n"); o.ClientSecret == "" {
			return fmt.Errorf("the secret in %s is empty", name)
		}
	}
	var err error
	if o.Groups, err = parseGroups(c.String("oidc-groups")); err != nil {
		return usagef(c, "--oidc-groups: %v", err)
	}
	cfg.OIDC = o
	return nil
}

// parseGroups reads what groups may do. The name of a group may have any characters but
// semicolons; its last = ends it.
func parseGroups(text string) (groups []handlers.OIDCGroup, err error) {
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		at := strings.LastIndex(part, "=")
		if at < 1 {
			return nil, fmt.Errorf("%q must be GROUP=ROLE or GROUP=ROLE:SITE+SITE", part)
		}
		role, sites, limited := strings.Cut(part[at+1:], ":")
		g := handlers.OIDCGroup{Name: strings.TrimSpace(part[:at]), Role: models.Role(strings.TrimSpace(role))}
		if !g.Role.Valid() {
			return nil, fmt.Errorf("%q must be moderator, editor or admin", role)
		}
		for site := range strings.SplitSeq(sites, "+") {
			if site = strings.TrimSpace(site); limited && !models.ValidSlug(site) { // none must not become all
				return nil, fmt.Errorf("%q is not the slug of a site", site)
			}
			if limited {
				g.Sites = append(g.Sites, site)
			}
		}
		groups = append(groups, g)
	}
	return groups, nil
}
