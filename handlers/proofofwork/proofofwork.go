// Package proofofwork makes challenges that a browser must calculate for, and checks the
// answers. It keeps nothing: a challenge is signed, and whoever counts the answers sees to it
// that each counts once.
//
// Challenges and payloads are those of ALTCHA's proof of work, version 2, as the npm packages
// altcha 3.2.2 (the widget) and altcha-lib 2.8.0 (the server) read and write them, with the
// algorithm PBKDF2/SHA-256 in the mode without a key signature: of the keys that PBKDF2 (RFC
// 8018) derives from the nonce, a counter and the salt, one must begin with a given prefix.
package proofofwork

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"winnow/models"
)

const (
	algorithm = "PBKDF2/SHA-256"

	// cost is the number of iterations of PBKDF2 for one key. A browser tries 256 keys on
	// average, the inverse of the probability that a key begins with keyPrefix. Chromium on two
	// cores of a server makes the 1,280,000 iterations in a third of a second, a phone of the
	// middle range needs about one. To check an answer takes one key: 1.6 ms.
	cost      = 5_000
	keyPrefix = "00"
	keyLength = 32 // bytes

	// Lifetime is how long after it was made a challenge can be answered: while somebody
	// writes a long comment.
	Lifetime = time.Hour
)

// Challenge is what a browser must calculate for, as the widget reads it.
type Challenge struct {
	Parameters Parameters `json:"parameters"`
	Signature  string     `json:"signature"` // HMAC-SHA256 of the parameters, in hexadecimal
}

// Parameters say what to calculate. The fields are in the order of their names, because that
// is the order in which they are signed.
type Parameters struct {
	Algorithm string `json:"algorithm"`
	Cost      int    `json:"cost"`
	Data      Data   `json:"data"`
	ExpiresAt int64  `json:"expiresAt"` // Unix time, seconds
	KeyLength int    `json:"keyLength"`
	KeyPrefix string `json:"keyPrefix"`
	Nonce     string `json:"nonce"` // hexadecimal
	Salt      string `json:"salt"`  // hexadecimal
}

// Data is what a challenge says beside its task.
type Data struct {
	IssuedAt int64  `json:"issuedAt"` // Unix time, milliseconds
	Site     string `json:"site"`
}

// Issuer makes challenges and checks answers. It is safe for concurrent use.
type Issuer struct{ key []byte }

// NewIssuer returns an issuer whose key is derived from the server's secret. Nodes with the
// same secret take each other's challenges.
func NewIssuer(secret []byte) Issuer { return Issuer{sum(secret, "proof of work")} }

// New returns a challenge for the readers of a site.
func (i Issuer) New(site string, now time.Time) Challenge {
	p := Parameters{
		Algorithm: algorithm, Cost: cost, KeyLength: keyLength, KeyPrefix: keyPrefix,
		Data:      Data{IssuedAt: now.UnixMilli(), Site: site},
		ExpiresAt: now.Add(Lifetime).Unix(), Nonce: randomHex(), Salt: randomHex(),
	}
	return Challenge{p, i.sign(p)}
}

// Answer is a payload that holds what it says.
type Answer struct {
	ID       string    // names the challenge, which counts once
	IssuedAt time.Time // of the challenge: the form was open by then
	Solved   bool      // false: the payload has the challenge alone
}

// Check reads a payload and checks it for a site. A payload without a solution is valid too:
// it shows since when somebody had the challenge. The error is for whoever sent it.
func (i Issuer) Check(payload, site string, now time.Time) (Answer, error) {
	p, err := parse(payload)
	if err != nil {
		return Answer{}, err
	}
	params := p.Challenge.Parameters
	isOurs := subtle.ConstantTimeCompare([]byte(i.sign(params)), []byte(p.Challenge.Signature)) == 1
	switch {
	case !isOurs || params.Data.Site != site:
		return Answer{}, refusal("the challenge is none of this site")
	case params.ExpiresAt < now.Unix():
		return Answer{}, refusal("the challenge has expired")
	case p.Solution != nil && !solves(params, *p.Solution):
		return Answer{}, refusal("the solution is wrong")
	}
	return Answer{p.Challenge.Signature, time.UnixMilli(params.Data.IssuedAt), p.Solution != nil}, nil
}

func refusal(text string) error { return models.Errorf(models.KindProofOfWork, "%s", text) }

// sign returns the signature of parameters, in hexadecimal. They are signed as JSON with
// sorted names; nothing in them needs an escape.
func (i Issuer) sign(p Parameters) string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers can always be written
	}
	return hex.EncodeToString(sum(i.key, string(text)))
}

func sum(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func randomHex() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// solves reports whether a solution is one of the parameters, which are signed.
func solves(p Parameters, s Solution) bool {
	key, err := derive(p, s.Counter)
	return err == nil && strings.HasPrefix(key, p.KeyPrefix) && subtle.ConstantTimeCompare([]byte(key), []byte(s.DerivedKey)) == 1
}

// derive returns the key of a counter, in hexadecimal.
func derive(p Parameters, counter uint32) (string, error) {
	nonce, err := hex.DecodeString(p.Nonce)
	if err != nil {
		return "", err
	}
	salt, err := hex.DecodeString(p.Salt)
	if err != nil {
		return "", err
	}
	key, err := pbkdf2.Key(sha256.New, string(binary.BigEndian.AppendUint32(nonce, counter)), salt, p.Cost, p.KeyLength)
	return hex.EncodeToString(key), err
}
