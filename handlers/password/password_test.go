package password

import (
	"strings"
	"testing"
)

func TestPassword(t *testing.T) {
	const secret = "correct horse battery staple"
	hash, err := Hash(secret)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("Hash = %q, want a PHC string with the documented parameters", hash)
	}
	again, err := Hash(secret)
	if err != nil || again == hash {
		t.Errorf("the same password gave the same hash twice (%v)", err)
	}
	// Stored by an earlier release: it must stay valid.
	const stored = "$argon2id$v=19$m=19456,t=2,p=1$gges9LFh8/br7oxhYYCH0w$oSzkQR9xcWXeXDdZ1gCY+0q+TbsWId9wO5zUw4WNxP4"
	// Made by another implementation of argon2id from "password" and "somesalt".
	const foreign = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	for _, test := range []struct {
		what, hash, password string
		want                 bool
	}{
		{"the right password", hash, secret, true},
		{"another password", hash, secret + "r", false},
		{"no password", hash, "", false},
		{"a hash made elsewhere", foreign, "password", true},
		{"a hash of an earlier release", stored, secret, true},
		{"another password for a hash of an earlier release", stored, secret + "r", false},
		{"no hash", "", "", false},
		{"another algorithm", strings.Replace(hash, "argon2id", "argon2i", 1), secret, false},
		{"a hash cut short", hash[:len(hash)-40], secret, false},
		{"a hash of another version", strings.Replace(hash, "v=19", "v=16", 1), secret, false},
		{"a hash with something before it", "x" + hash, secret, false},
		// The library would allocate 4 TiB for it, or panic.
		{"a hash with absurd memory", strings.Replace(hash, "m=19456", "m=4294967295", 1), secret, false},
		{"a hash with no memory", strings.Replace(hash, "m=19456", "m=0", 1), secret, false},
		{"a hash with absurdly many iterations", strings.Replace(hash, "t=2", "t=4294967295", 1), secret, false},
		{"a hash with no iteration", strings.Replace(hash, "t=2", "t=0", 1), secret, false},
		{"a hash with no thread", strings.Replace(hash, "p=1", "p=0", 1), secret, false},
		{"a hash with too many threads", strings.Replace(hash, "p=1", "p=255", 1), secret, false},
		{"a password beyond the limit", hash, strings.Repeat("x", MaxLen+1), false},
	} {
		if got := Verify(test.hash, test.password); got != test.want {
			t.Errorf("%s: %v, want %v", test.what, got, test.want)
		}
	}
	if IsOutdated(hash) || !IsOutdated(foreign) || !IsOutdated("") {
		t.Error("a hash with today's parameters is outdated, or another is not")
	}
	for _, bad := range []string{"", strings.Repeat("x", MaxLen+1)} {
		if _, err := Hash(bad); err == nil {
			t.Errorf("Hash took a password of %d bytes", len(bad))
		}
	}
}
