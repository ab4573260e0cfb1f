package password

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for password, want := range map[string]string{
		"x":                          "12 characters",
		"elevenchars":                "12 characters",
		"ä-ö-ü-ß-é":                  "12 characters",
		strings.Repeat("xy 7k", 250): "1000 bytes",

		"password1234":       "common",
		"Passwort2026!":      "common",
		"P@ssw0rd!P@ssw0rd!": "common",
		"123456789012":       "common",
		"482915730264":       "common",
		"aaaaaaaaaaaa":       "common",
		"qwertyuiop12":       "common",
		"1qaz2wsx3edc":       "common",
		"poiuytrewq99":       "common",
		"abcdefghijklm":      "common",
		"Summer2026!!!":      "common",
		"iloveyou1234":       "common",
		"dragon-monkey-12":   "common",
		"Grace Hopper 1906":  "common", // her own name
		"............":       "common",

		"a long pass phrase":         "",
		"x7Kp9q2vL4mz":               "",
		"the ferry leaves at seven":  "",
		"password of the lighthouse": "",
		"Möwenschrei am Kai":         "",
		"ключ от маяка":              "",
	} {
		got := Check(password, "grace hopper", "al")
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%.30q: %q, want %q", password, got, want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"", "correct horse battery staple", "1q2w3e4r5t6z", "\xff\x00ǅ", strings.Repeat("qaz", 300)} {
		f.Add(seed, "grace")
	}
	f.Fuzz(func(t *testing.T, password, name string) {
		if Check(password, name) == "" && (len(password) > MaxLen || len([]rune(password)) < MinLen) {
			t.Errorf("%q is accepted", password)
		}
	})
}
