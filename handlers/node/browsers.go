package node

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// NewBrowser returns a random id for a browser that has no valid token.
func NewBrowser() string {
	id := make([]byte, 16)
	rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// BrowserToken returns the token by which a browser shows on a site that it is the one
// with this id: the id and a signature. Whoever sees the ids cannot make tokens.
func (n *Node) BrowserToken(site, id string) string {
	return id + "." + n.secret.pseudonym("browser "+site+" "+id)
}

// Browser returns the id in a token, or "" when it is not a token of this site.
func (n *Node) Browser(site, token string) string {
	id, _, _ := strings.Cut(token, ".")
	if len(id) != 32 || subtle.ConstantTimeCompare([]byte(n.BrowserToken(site, id)), []byte(token)) == 0 {
		return ""
	}
	return id
}
