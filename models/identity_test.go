package models

import (
	"net/netip"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]string{
		"203.0.113.9":              "203.0.113.9",
		"203.0.113.9:4711":         "203.0.113.9",
		" 203.0.113.9 ":            "203.0.113.9",
		"2001:db8::1":              "2001:db8::1",
		"[2001:db8::1]":            "2001:db8::1",
		"[2001:db8::1]:443":        "2001:db8::1",
		"fe80::1%eth0":             "fe80::1",
		"::ffff:203.0.113.9":       "203.0.113.9",
		"[::ffff:203.0.113.9]:443": "203.0.113.9",
		"":                         "",
		"unknown":                  "",
		"203.0.113.9:":             "",
		"203.0.113":                "",
		"[203.0.113.9":             "",
		"203.0.113.9, 10.0.0.1":    "",
		"2001:db8::1:65536000":     "",
	} {
		got, ok := ParseAddress(text)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q is read as %v, %v; want %q", text, got, ok, want)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"203.0.113.9:4711", "[2001:db8::1]:443", "::ffff:192.0.2.1", "fe80::1%a]b", "[[::1]]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := ParseAddress(s)
		if !ok {
			return
		}
		if again, ok := ParseAddress(a.String()); !ok || again != a || a.Zone() != "" || a.Is4In6() {
			t.Errorf("%q is read as %v, and that as %v", s, a, again)
		}
		if home := HouseholdOf(a); !home.Contains(a) || !NetworkOf(a).Overlaps(home) {
			t.Errorf("%v is outside of its household %v", a, home)
		}
	})
}

func TestHouseholds(t *testing.T) {
	for address, want := range map[string][2]string{
		"203.0.113.9":          {"203.0.113.9/32", "203.0.113.0/24"},
		"2001:db8:1:2:3:4:5:6": {"2001:db8:1:2::/64", "2001:db8:1::/48"},
		"::ffff:203.0.113.9":   {"203.0.113.9/32", "203.0.113.0/24"},
		"":                     {"", ""},
	} {
		a, _ := netip.ParseAddr(address)
		who := Identity{}.At(a)
		if got := [2]string{PrefixText(who.Household), PrefixText(who.Network)}; got != want {
			t.Errorf("%q belongs to %q, want %q", address, got, want)
		}
	}
}

func TestFoldEmail(t *testing.T) {
	for email, want := range map[string]string{
		"Troll@Example.org":           "troll@example.org",
		"troll+news@example.org":      "troll@example.org",
		"t.roll@example.org":          "t.roll@example.org",
		"t.r.oll+1@googlemail.com":    "troll@gmail.com",
		"troll@example.org.":          "troll@example.org",
		"troll@b\u00fccher.example":   "troll@xn--bcher-kva.example",
		"troll@xn--bcher-kva.example": "troll@xn--bcher-kva.example",
		"+@example.org":               "+@example.org",
		"...@gmail.com":               "...@gmail.com",
		"nothing":                     "nothing",
		"":                            "",
	} {
		if got := FoldEmail(email); got != want || FoldEmail(got) != got {
			t.Errorf("%q becomes %q, want %q", email, got, want)
		}
	}
}

func TestWhatABanHoldsOn(t *testing.T) {
	stranger := Identity{Browser: "b1", Name: "troll", Email: "troll@example.org"}.At(netip.MustParseAddr("203.0.113.9"))
	vouched := stranger
	vouched.ID = "u1"
	kinds := func(i Identity) (all string) {
		for _, m := range i.Marks() {
			all += string(m.On) + "=" + m.Value + " "
		}
		return all
	}
	if got, want := kinds(stranger), "email=troll@example.org browser=b1 name=troll household=203.0.113.9/32 network=203.0.113.0/24 "; got != want {
		t.Errorf("a stranger has %s, want %s", got, want)
	}
	if got, want := kinds(vouched), "id=u1 email=troll@example.org browser=b1 "; got != want {
		t.Errorf("a reader the site vouches for has %s, want %s", got, want)
	}
	if got := kinds(Identity{}); got != "" {
		t.Errorf("nobody has %s", got)
	}
}
