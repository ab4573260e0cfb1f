// Package password turns moderators' passwords into what may be kept of them.
package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Argon2id (RFC 9106) with 19 MiB, two passes and one lane, as OWASP's password
// storage advice has it: some 20 ms of one core, and little enough memory that
// several logins at once do no harm.
const (
	memory  = 19 << 10 // KiB
	passes  = 2
	lanes   = 1
	saltLen = 16
	keyLen  = 32
)

// MaxLen is the most bytes that a password may have.
const MaxLen = 1000

// The most that Verify accepts of a kept hash, so that a tampered one cannot
// take all memory or time.
const (
	maxMemory = 1 << 20 // KiB
	maxPasses = 20
	maxLanes  = 16
)

var b64 = base64.RawStdEncoding.Strict()

// Hash returns the hash of a password as a PHC string, with a random salt.
func Hash(password string) (string, error) {
	if password == "" || len(password) > MaxLen {
		return "", fmt.Errorf("a password must have 1 to %d bytes", MaxLen)
	}
	salt := make([]byte, saltLen)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password), salt, passes, memory, lanes, keyLen)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, memory, passes, lanes, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// Verify tells whether a password is the one that phc was made from. A string
// that Hash cannot have made matches no password.
func Verify(phc, password string) bool {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || len(password) > MaxLen {
		return false
	}
	var version int
	var m, t uint32
	var p uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil {
		return false
	}
	if m < 8 || m > maxMemory || t < 1 || t > maxPasses || p < 1 || p > maxLanes {
		return false
	}
	salt, err := b64.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := b64.DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 64 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, t, m, p, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}
