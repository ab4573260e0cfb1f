package totp

import (
	"encoding/base32"
	"net/url"
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1. They have eight digits; codes of
// six digits are their ends, because both are the same number modulo 10^6.
func TestVectors(t *testing.T) {
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		step, ok := Step(secret, want[2:], time.Unix(at, 0))
		if !ok || step != at/30 {
			t.Errorf("%s at %d: step %d, %v", want, at, step, ok)
		}
		if _, ok := Step(secret, want[2:], time.Unix(at+90, 0)); ok {
			t.Errorf("%s is accepted 90 seconds later", want)
		}
		if step, ok := Step(secret, want[2:5]+" "+want[5:], time.Unix(at+30, 0)); !ok || step != at/30 {
			t.Errorf("%s, half a minute late and with a space: step %d, %v", want, step, ok)
		}
	}
	for _, bad := range []string{"", "287082 1", "94287082", "28708x", "287083"} {
		if _, ok := Step(secret, bad, time.Unix(59, 0)); ok {
			t.Errorf("%q is accepted", bad)
		}
	}
	if _, ok := Step("not base32 !", "000000", time.Unix(59, 0)); ok {
		t.Error("a code of no secret is accepted")
	}
}

func TestNewSecrets(t *testing.T) {
	secret, link, err := New("Winnow", "Zoë / 100%")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Winnow:Zoë / 100%" || u.Query().Get("secret") != secret || u.Query().Get("issuer") != "Winnow" {
		t.Errorf("%s, %v", link, err)
	}
	if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret); err != nil || len(raw) != 20 {
		t.Errorf("secret %q: %v", secret, err)
	}
}

func TestRecoveryCodes(t *testing.T) {
	codes, hashes := NewRecoveryCodes()
	seen := map[string]bool{}
	for i, code := range codes {
		if !IsRecoveryCode(code) || len(code) > MaxLen || HashRecoveryCode(code) != hashes[i] || seen[hashes[i]] {
			t.Errorf("code %q, hash %q", code, hashes[i])
		}
		seen[hashes[i]] = true
	}
	if IsRecoveryCode("123456") || HashRecoveryCode("ABCD efgh-ijkl mnop") != HashRecoveryCode("abcd-efgh-ijkl-mnop") {
		t.Error("groups and case matter, or a code of an app is a recovery code")
	}
}
