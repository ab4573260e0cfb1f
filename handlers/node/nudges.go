package node

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"winnow/classifier/text/names"
)

// nudgeLifetime is how long what a reader posts counts as their answer to a nudge. It is no
// longer than the ids of nudges are remembered, see storage.DB.CountNudged.
const nudgeLifetime = 12 * time.Hour

// maxNudge is longer than any token of a nudge, in bytes.
const maxNudge = 200

// NewNudge returns the token of a question to rephrase a text: a random id, the time, a
// pseudonym of the text, and a signature.
func (n *Node) NewNudge(site, body string, at time.Time) string {
	id := make([]byte, 8)
	rand.Read(id) // never fails
	token := hex.EncodeToString(id) + "." + strconv.FormatInt(at.Unix(), 16)
	return n.signNudge(site, token+"."+n.nudgedText(site, token, body))
}

// Nudge reads the token that comes with a post. changed says whether its text is another one
// than that which was asked about. The id is "" when the token is none of this site, or too old.
func (n *Node) Nudge(site, token, body string, at time.Time) (id string, changed bool) {
	parts := strings.SplitN(token, ".", 4)
	if len(token) > maxNudge || len(parts) != 4 {
		return "", false
	}
	known := n.signNudge(site, strings.Join(parts[:3], "."))
	if subtle.ConstantTimeCompare([]byte(known), []byte(token)) == 0 {
		return "", false
	}
	made, err := strconv.ParseInt(parts[1], 16, 64)
	if age := at.Sub(time.Unix(made, 0)); err != nil || age > nudgeLifetime {
		return "", false
	}
	return parts[0], n.nudgedText(site, parts[0]+"."+parts[1], body) != parts[2]
}

func (n *Node) signNudge(site, token string) string {
	return token + "." + n.secret.pseudonym("nudge "+site+" "+token)
}

// nudgedText stands for a text in the token with this beginning alone.
func (n *Node) nudgedText(site, beginning, body string) string {
	return n.secret.pseudonym("nudged text " + site + " " + beginning + " " + names.FoldText(body))
}
