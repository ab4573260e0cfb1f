package selfcheck

import (
	"maps"
	"strings"

	"winnow/models"
)

// Text is what a finding says, with {values} of its own.
type Text struct {
	Problem string
	Effect  string // what follows from it; empty where that is clear
	Remedy  string
}

// texts has what each finding says, by its name. The locales of the console have the
// same in each language.
var texts = map[string]Text{
	"database": {
		Problem: "The database does not answer.",
		Remedy:  "Look whether it runs, and whether --database has the right address and password.",
	},
	"read-only": {
		Problem: "The database accepts no changes.",
		Effect:  "Comments and decisions are refused.",
		Remedy:  "Is it a standby, is default_transaction_read_only set, the disk full, or the file read-only?",
	},
	"clock": {
		Problem: "The clocks of this machine and of the database differ by {difference} (minus: this one is behind).",
		Remedy:  "Let both machines set their clocks by NTP (for instance chrony or systemd-timesyncd).",
	},
	"clock-redis": {
		Problem: "The clocks of this machine and of Redis differ by {difference} (minus: this one is behind).",
		Remedy:  "Let both machines set their clocks by NTP.",
	},
	"secrets": {
		Problem: "Nodes on this database have another secret: {nodes}.",
		Effect:  "Moderators are logged out whenever another node answers, and each node counts readers as others.",
		Remedy:  "Start all nodes with the same --secret, or all without one.",
	},
	"redis": {
		Problem: "Redis does not answer.",
		Effect:  "Each node counts limits and campaigns for itself.",
		Remedy:  "Look whether it runs, and whether --redis has the right address and password.",
	},
	"redis-slow": {
		Problem: "Redis answers in {took}, and no request waits longer than {limit}.",
		Effect:  "Each node counts limits and campaigns for itself.",
		Remedy:  "Put Redis into the same network, or let requests wait longer: --redis …?wait={wait}.",
	},
	"proxies": {
		Problem: "X-Forwarded-For arrives from {addresses}, which is not trusted.",
		Effect:  "All readers behind it count as one, and share one limit.",
		Remedy:  "If that is your proxy, start with --trusted-proxies {addresses} (or its network).",
	},
	"hops": {
		Problem: "A trusted proxy sends X-Forwarded-For with entries that are no addresses: {entries}.",
		Effect:  "The readers behind it count as one.",
		Remedy:  "Let the proxy write plain IP addresses into X-Forwarded-For.",
	},
	"client-ip": {
		Problem: "The servers of these sites post comments without client.ip: {sites}.",
		Effect:  "Readers have no limits there, and cannot be told apart.",
		Remedy:  "Let the site's server send the address of its reader as client.ip with each comment.",
	},
	"demo": {
		Problem: "Anybody can post at /demo without a key, because there is no other site.",
		Remedy:  "Add your own with winnow site add SLUG, which closes the demo; winnow site remove demo removes it.",
	},
	"notices": {
		Problem: "Notices or mail of these sites cannot be sent: {sites}.",
		Effect:  "They are tried again for most of a day.",
		Remedy:  "The page of the site in the console says why, under \"Notices and mail\"; so does the log.",
	},
	"files": {
		Problem: "Other users of this machine can read {files}.",
		Remedy:  "chmod 600 {files}",
	},
}

// Texts returns what each finding says in English, by its name.
func Texts() map[string]Text { return maps.Clone(texts) }

// list collects findings.
type list []models.Finding

// add adds a finding. values are names and values by turns.
func (l *list) add(name string, s models.Severity, values ...string) {
	f := models.Finding{Name: name, Severity: s}
	filled := make([]string, len(values))
	for i := 0; i+1 < len(values); i += 2 {
		if f.Values == nil {
			f.Values = map[string]string{}
		}
		f.Values[values[i]] = values[i+1]
		filled[i], filled[i+1] = "{"+values[i]+"}", values[i+1]
	}
	fill, text := strings.NewReplacer(filled...), texts[name]
	f.Problem = fill.Replace(strings.TrimSpace(text.Problem + " " + text.Effect))
	f.Remedy = fill.Replace(text.Remedy)
	*l = append(*l, f)
}
