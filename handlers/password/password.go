// Package password hashes moderators' passwords with Argon2id, in the PHC string
// format, checks a password against a stored hash, and says which passwords are
// too easy to guess. It imports nothing of
// Winnow.
package password

import (
	"fmt"
	"strings"

	"github.com/alexedwards/argon2id"
)

// params are those that OWASP's password storage advice gives for Argon2id
// (RFC 9106): about 20 ms of one core, and so little memory that several logins
// at once do no harm.
var params = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// MaxLen is the most bytes that a password may have.
const MaxLen = 1000

// The most that Verify accepts of a stored hash. The library would accept any
// parameters: a manipulated hash could take all memory or time.
const (
	maxMemory      = 1 << 20 // KiB
	maxIterations  = 20
	maxParallelism = 16
	minKeyLength   = 16
	maxKeyLength   = 64
)

// Hash returns the hash of a password as a PHC string, with a random salt.
func Hash(password string) (string, error) {
	if password == "" || len(password) > MaxLen {
		return "", fmt.Errorf("a password must have 1 to %d bytes", MaxLen)
	}
	return argon2id.CreateHash(password, params)
}

// Verify reports whether a password is the one that a stored hash was made from.
// A hash that is malformed, or beyond the limits above, matches no password.
func Verify(hash, password string) bool {
	if len(password) > MaxLen || !strings.HasPrefix(hash, "$argon2id$") {
		return false
	}
	p, _, _, err := argon2id.DecodeHash(hash)
	if err != nil || !acceptable(p) {
		return false
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	return err == nil && match
}

// IsOutdated reports whether a stored hash was made with other parameters than
// Hash uses now. Its password should be hashed again when it is next known.
func IsOutdated(hash string) bool {
	p, _, _, err := argon2id.DecodeHash(hash)
	return err != nil || *p != *params
}

func acceptable(p *argon2id.Params) bool {
	return p.Memory >= 8 && p.Memory <= maxMemory &&
		p.Iterations >= 1 && p.Iterations <= maxIterations &&
		p.Parallelism >= 1 && p.Parallelism <= maxParallelism &&
		p.KeyLength >= minKeyLength && p.KeyLength <= maxKeyLength
}
