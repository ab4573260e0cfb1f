package notices

import (
	"net/url"
	"strings"
	"testing"
)

func newTestLinks(t testing.TB, secrets ...string) Links {
	t.Helper()
	var keys [][]byte
	for _, s := range secrets {
		keys = append(keys, []byte(s))
	}
	l, err := NewLinks(&url.URL{Scheme: "https", Host: "news.example", Path: "/winnow/"}, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLinks(t *testing.T) {
	old, now := newTestLinks(t, "old secret"), newTestLinks(t, "new secret", "old secret")
	token := old.Token(ToConfirm, "gazette", "ABC234")
	if !strings.HasPrefix(old.confirm("gazette", "ABC234"), "https://news.example/winnow/v1/mail/confirm?t=gazette.ABC234.") {
		t.Errorf("the link is %s", old.confirm("gazette", "ABC234"))
	}
	for _, l := range []Links{old, now} {
		if site, id, ok := l.Read(ToConfirm, token); !ok || site != "gazette" || id != "ABC234" {
			t.Errorf("read %q, %q, %t", site, id, ok)
		}
	}
	if url.QueryEscape(token) != token {
		t.Errorf("mail programs may break %s", token)
	}
	for _, bad := range []string{
		"", ".", "..", token[:len(token)-1], token + "A", strings.Replace(token, "ABC234", "ABC235", 1), strings.Replace(token, "gazette", "herald", 1),
		newTestLinks(t, "their secret").Token(ToConfirm, "gazette", "ABC234"), strings.Repeat("a", 500), "gazette.ABC234.", token + "=", token + "\n",
	} {
		if _, _, ok := now.Read(ToConfirm, bad); ok {
			t.Errorf("accepted %q", bad)
		}
	}
	if _, _, ok := now.Read(ToUnsubscribe, token); ok {
		t.Error("a token for another purpose was accepted")
	}
}

func FuzzReadLink(f *testing.F) {
	l := newTestLinks(f, "secret")
	f.Add(l.Token(ToConfirm, "gazette", "ABC234"))
	f.Add("gazette..")
	f.Fuzz(func(t *testing.T, token string) {
		if site, id, ok := l.Read(ToConfirm, token); ok && l.Token(ToConfirm, site, id) != token {
			t.Errorf("%q names %q, %q", token, site, id)
		}
	})
}
