package notices

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
)

// Paths of the pages that mail leads to.
const (
	ConfirmPath     = "/v1/mail/confirm"
	UnsubscribePath = "/v1/mail/unsubscribe"
)

// Purpose says what a link is for. One is not good for another.
type Purpose string

// Purposes of links.
const (
	ToConfirm     Purpose = "confirm"
	ToUnsubscribe Purpose = "unsubscribe"
)

// Links makes the links in mail and reads them again. They are signed: who makes one up
// reaches no subscription.
type Links struct {
	base string // public address of the server, without a final slash; "": unknown
	keys [][]byte
}

// NewLinks derives the keys from secrets: the first signs, all are accepted.
func NewLinks(public *url.URL, secrets ...[]byte) (Links, error) {
	var l Links
	if public != nil {
		l.base = strings.TrimRight(public.String(), "/")
	}
	for _, secret := range secrets {
		key, err := hkdf.Key(sha256.New, secret, nil, "winnow links in mail", sha256.Size)
		if err != nil {
			return l, err
		}
		l.keys = append(l.keys, key)
	}
	return l, nil
}

// console returns where the console shows the queue of a site; "" when nobody knows.
func (l Links) console(page string) string {
	if l.base == "" {
		return ""
	}
	return l.base + "/console/#" + page
}

func (l Links) confirm(site, subscription string) string {
	return l.base + ConfirmPath + "?t=" + l.Token(ToConfirm, site, subscription)
}

func (l Links) unsubscribe(site, subscription string) string {
	return l.base + UnsubscribePath + "?t=" + l.Token(ToUnsubscribe, site, subscription)
}

// Token names a subscription for one purpose.
func (l Links) Token(p Purpose, site, subscription string) string {
	named := site + "." + subscription
	return named + "." + sign(l.keys[0], p, named)
}

// maxToken is longer than any token, in bytes.
const maxToken = 200

// Read returns the subscription of a token that was made here for the purpose.
func (l Links) Read(p Purpose, token string) (site, subscription string, ok bool) {
	last := strings.LastIndexByte(token, '.')
	if len(token) > maxToken || last < 0 {
		return "", "", false
	}
	for _, key := range l.keys {
		if hmac.Equal([]byte(token[last+1:]), []byte(sign(key, p, token[:last]))) {
			return strings.Cut(token[:last], ".")
		}
	}
	return "", "", false
}

func sign(key []byte, p Purpose, named string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(string(p) + " " + named))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
