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
		t.Errorf("Hash = %q, a PHC string with the documented parameters wanted", hash)
	}
	again, err := Hash(secret)
	if err != nil || again == hash {
		t.Errorf("the same password gave the same hash twice (%v)", err)
	}
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
		{"no hash", "", "", false},
		{"another algorithm", strings.Replace(hash, "argon2id", "argon2i", 1), secret, false},
		{"a hash cut short", hash[:len(hash)-40], secret, false},
		{"a hash that wants all memory", strings.Replace(hash, "m=19456", "m=4294967295", 1), secret, false},
		{"a hash that wants no lane", strings.Replace(hash, "p=1", "p=0", 1), secret, false},
		{"a password beyond the limit", hash, strings.Repeat("x", MaxLen+1), false},
	} {
		if got := Verify(test.hash, test.password); got != test.want {
			t.Errorf("%s: %v, %v wanted", test.what, got, test.want)
		}
	}
	for _, bad := range []string{"", strings.Repeat("x", MaxLen+1)} {
		if _, err := Hash(bad); err == nil {
			t.Errorf("Hash took a password of %d bytes", len(bad))
		}
	}
}
