package outbound

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func TestOnlyPublicAndListedAddressesAreReached(t *testing.T) {
	for address, reached := range map[string]bool{
		"8.8.8.8:443": true, "[2606:4700::1111]:443": true,
		"127.0.0.1:443": true, "[::ffff:127.0.0.1]:443": true, // listed
		"10.0.0.1:443": false, "192.168.1.1:443": false, "172.16.0.1:443": false,
		"169.254.169.254:80": false, "[fd00:ec2::254]:80": false, "100.64.0.1:443": false,
		"[::1]:443": false, "[fe80::1%eth0]:443": false, "[fd00::1]:443": false,
		"[::ffff:10.0.0.1]:443": false, "[::10.0.0.1]:443": false, "[64:ff9b::a00:1]:443": false, "[64:ff9b:1::1]:443": false,
		"[2002:a00:1::]:443": false, "[2001::1]:443": false, "0.0.0.0:443": false, "[::]:443": false,
		"224.0.0.1:443": false, "255.255.255.255:443": false, "no address": false,
	} {
		if err := check(address, loopback); (err == nil) != reached {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestClient(t *testing.T) {
	reached := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	t.Cleanup(server.Close)
	elsewhere := httptest.NewServer(http.RedirectHandler(server.URL, http.StatusTemporaryRedirect))
	t.Cleanup(elsewhere.Close)
	post := func(allowed []netip.Prefix, url string) (int, error) {
		res, err := Client(allowed).Post(url, "application/json", strings.NewReader("{}"))
		if err != nil {
			return 0, err
		}
		return res.StatusCode, res.Body.Close()
	}
	if _, err := post(nil, server.URL); err == nil || !strings.Contains(err.Error(), "https://") {
		t.Errorf("plain HTTP: %v", err)
	}
	if _, err := post(loopback, strings.Replace(server.URL, "127.0.0.1", "localhost", 1)); err == nil || !strings.Contains(err.Error(), "https://") {
		t.Errorf("plain HTTP to a name: %v", err)
	}
	if _, err := post(nil, strings.Replace(server.URL, "http:", "https:", 1)); err == nil || !strings.Contains(err.Error(), "not a public address") {
		t.Errorf("loopback: %v", err)
	}
	if status, err := post(loopback, elsewhere.URL); err != nil || status != http.StatusTemporaryRedirect || reached != 0 {
		t.Errorf("redirect: %d, %v, reached %d times", status, err, reached)
	}
	if status, err := post(loopback, server.URL); err != nil || status != http.StatusOK || reached != 1 {
		t.Errorf("listed: %d, %v, reached %d times", status, err, reached)
	}
}
