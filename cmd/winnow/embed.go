package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"text/template"

	"github.com/urfave/cli/v3"

	"winnow/storage"
)

func embedCommand() *cli.Command {
	return &cli.Command{
		Name: "embed", ArgsUsage: "SITE", Usage: "print what a page needs to have a site's comments below it",
		Flags: []cli.Flag{
			databaseFlag(),
			&cli.StringFlag{Name: "server", Value: "http://127.0.0.1:8080", Usage: "`URL` at which browsers reach the server"},
		},
		Action: withDatabase(printEmbed, "SITE"),
	}
}

var embedText = template.Must(template.New("embed").Parse(`In the article's page; ARTICLE is what the newsroom's system calls the article, for ever:

  <winnow-comments site="{{.Site}}" article="ARTICLE"></winnow-comments>
  <script type="module" async src="{{.Server}}/widget/v2.js"></script>

Beside headlines, with the same script:

  <winnow-comments site="{{.Site}}" count-of="ARTICLE"></winnow-comments>

{{if .Origins}}Pages of these origins may post: {{.Origins}}. For another one:{{else}}No page may post yet. Name the origin of the pages:{{end}}

  winnow site set {{.Site}} {{range .Named}}--origin {{.}} {{end}}--origin https://news.example

If the pages have a Content-Security-Policy, add to it:

  script-src {{.Host}}; connect-src {{.Host}}

{{if .SignsIn}}Readers who have signed in: put a token into the page,{{else}}For readers who sign in with the newsroom, share a secret of at least 32 bytes,

  openssl rand -hex 32 > sso-secret
  winnow site set {{.Site}} --sso-secret-file sso-secret

and put a token into the page,{{end}} as token="…" or by the element's tokenProvider.
A token is a JSON Web Token of a few minutes (HS256):

  {"sub": "42", "name": "Grace", "site": "{{.Site}}", "exp": 1798761600, "staff": false}

In a shell, with the secret in $SECRET:

  b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
  HEAD=$(printf '{"alg":"HS256","typ":"JWT"}' | b64)
  BODY=$(printf '{"sub":"42","name":"Grace","site":"{{.Site}}","exp":%d}' $(($(date +%s) + 900)) | b64)
  SIGN=$(printf '%s.%s' "$HEAD" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -binary | b64)
  echo "$HEAD.$BODY.$SIGN"
`))

// printEmbed prints the HTML, the command for origins, the policy and the recipe of tokens
// for a site.
func printEmbed(ctx context.Context, c *cli.Command, db *storage.DB, args []string) error {
	site, err := db.Site(ctx, args[0])
	if err != nil {
		return err
	}
	server, err := url.Parse(strings.TrimSuffix(c.String("server"), "/"))
	if err != nil || server.Host == "" || server.Scheme != "https" && server.Scheme != "http" {
		return usagef(c, "--server must be an address such as https://comments.news.example")
	}
	return embedText.Execute(c.Root().Writer, map[string]any{
		"Site": site.Slug, "Server": server.String(), "Host": fmt.Sprintf("%s://%s", server.Scheme, server.Host),
		"Named": site.Origins, "Origins": strings.Join(site.Origins, " "), "SignsIn": site.SSOSecret != "" || site.ReaderTokens.JWKSURL != "",
	})
}
