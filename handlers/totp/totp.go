// Package totp makes and checks one-time codes (RFC 6238) and recovery codes. It
// imports nothing of Winnow, and stores nothing.
package totp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// What authenticator apps understand without being told.
const (
	period = 30 // seconds
	digits = otp.DigitsSix
	skew   = 1 // steps that a clock may be wrong
)

// RecoveryCodes is how many codes NewRecoveryCodes makes.
const RecoveryCodes = 10

// MaxLen is the most characters that a code of either kind has.
const MaxLen = 40

// New makes a secret for an account, in base32, and the otpauth URL that brings
// it into an app.
func New(issuer, account string) (secret, url string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account, Period: period, SecretSize: 20, Digits: digits})
	if err != nil {
		return "", "", err
	}
	return key.Secret(), key.URL(), nil
}

// Step returns the time step that a code belongs to, and false when it is not
// the code of the secret at about this time. A step must be accepted once only.
func Step(secret, code string, now time.Time) (int64, bool) {
	code = strings.ReplaceAll(code, " ", "")
	current := now.Unix() / period
	for step := current - skew; step <= current+skew; step++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: digits})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// IsRecoveryCode reports whether a text can be a recovery code. Codes of an app
// are shorter.
func IsRecoveryCode(text string) bool { return len(clean(text)) == recoveryLength }

// recoveryLength is the number of letters of a recovery code: 80 bits.
const recoveryLength = 16

// NewRecoveryCodes makes codes that replace one code of the app each, and what to
// store of them. They are random, so that a fast hash is enough.
func NewRecoveryCodes() (codes, hashes []string) {
	for range RecoveryCodes {
		b := make([]byte, recoveryLength*5/8)
		rand.Read(b) // never fails
		text := strings.ToLower(base32.StdEncoding.EncodeToString(b))
		codes = append(codes, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:])
		hashes = append(hashes, HashRecoveryCode(text))
	}
	return codes, hashes
}

// HashRecoveryCode returns what is stored of a recovery code, however its groups
// are written.
func HashRecoveryCode(code string) string {
	sum := sha256.Sum256([]byte(clean(code)))
	return hex.EncodeToString(sum[:])
}

func clean(code string) string {
	return strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
}
