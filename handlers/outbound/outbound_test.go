package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = Networks{netip.MustParsePrefix("127.0.0.0/8")}

func TestOnlyPublicAndListedAddressesAreReached(t *testing.T) {
	for address, public := range map[string]bool{
		"8.8.8.8:443": true, "[2606:4700::1111]:443": true, "127.0.0.1:443": true, // listed
		"[::ffff:127.0.0.1]:443": true, // listed
		"[::ffff:8.8.8.8]:443":   true,
		"10.0.0.1:443":           false, "192.168.1.1:443": false, "172.16.0.1:443": false, "100.64.0.1:443": false,
		"169.254.169.254:80": false, "[::ffff:169.254.169.254]:80": false, "[fd00:ec2::254]:80": false, "100.100.100.200:80": false, "168.63.129.16:80": false,
		"[::1]:443": false, "[fe80::1%eth0]:443": false, "[fd00::1]:443": false, "[fec0::1]:443": false, "[ff02::1]:443": false,
		"[::ffff:10.0.0.1]:443": false, "[::10.0.0.1]:443": false, "[::7f00:1]:443": false, "[::ffff:0:10.0.0.1]:443": false,
		"[64:ff9b::a00:1]:443": false, "[64:ff9b:1::7f00:1]:443": false, "[2002:7f00:1::]:443": false, "[2001:0:a00:1::]:443": false,
		"0.0.0.0:443": false, "[::]:443": false, "224.0.0.1:443": false, "255.255.255.255:443": false, "192.0.2.1:443": false, "198.18.0.1:443": false,
		"example.com:443": false, "127.1:443": false,
	} {
		if err := loopback.Check(address); (err == nil) != public {
			t.Errorf("%s: %v", address, err)
		}
		if err := loopback.checkListed(address); (err == nil) != strings.Contains(address, "127.0.0.1") {
			t.Errorf("%s by plain HTTP: %v", address, err)
		}
	}
}

// get requests an address and returns why that failed.
func get(t *testing.T, n Networks, address string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := n.Client(5 * time.Second).Do(req)
	if err == nil {
		err = res.Body.Close()
	}
	return err
}

// TestForgedRequests connects for real: each of these addresses leads to this machine.
func TestForgedRequests(t *testing.T) {
	var reached atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(server.Close)
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	hosts := []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "169.254.169.254"}
	if six, err := net.Listen("tcp6", "[::1]:0"); err == nil { // else this machine has no IPv6
		six.Close()
		hosts = append(hosts, "[::1]")
	}
	for _, host := range hosts {
		for _, scheme := range []string{"http://", "https://"} {
			err := get(t, nil, scheme+host+port)
			if !errors.Is(err, ErrAddress) {
				t.Errorf("%s%s: %v", scheme, host, err)
			}
			if why := Reason(err); why != "its address is not public" {
				t.Errorf("%s%s: the reason is %q", scheme, host, why)
			}
		}
	}
	if reached.Load() != 0 {
		t.Error("the server was reached")
	}
	if err := get(t, loopback, server.URL); err != nil || reached.Load() != 1 {
		t.Errorf("a listed address: %v", err)
	}
	elsewhere := httptest.NewServer(http.RedirectHandler(server.URL, http.StatusTemporaryRedirect))
	t.Cleanup(elsewhere.Close)
	if err := get(t, loopback, elsewhere.URL); !errors.Is(err, ErrRedirect) || reached.Load() != 1 {
		t.Errorf("redirected: %v", err)
	}
}

// TestRebinding: a name that led to a listed address leads elsewhere the next time.
func TestRebinding(t *testing.T) {
	leadsTo := nameServer(t)
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	address := strings.Replace(server.URL, "127.0.0.1", "receiver.example", 1)
	only := Networks{netip.MustParsePrefix("127.0.0.1/32")}
	leadsTo([4]byte{127, 0, 0, 1})
	if err := get(t, only, address); err != nil {
		t.Errorf("first: %v", err)
	}
	for _, private := range [][4]byte{{127, 0, 0, 2}, {169, 254, 169, 254}, {10, 0, 0, 1}} {
		leadsTo(private)
		if err := get(t, only, address); !errors.Is(err, ErrAddress) {
			t.Errorf("then it leads to %v: %v", private, err)
		}
	}
}

// nameServer answers all questions of the test with the address that it was last told.
func nameServer(t *testing.T) (leadsTo func([4]byte)) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var at atomic.Value
	var served sync.WaitGroup
	served.Go(func() {
		question := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(question[:n]) != nil {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: at.Load().([4]byte)},
				}}
			}
			if answer, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	})
	usual := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = usual
		conn.Close()
		served.Wait()
	})
	return func(address [4]byte) { at.Store(address) }
}

func TestCheckURL(t *testing.T) {
	listed := Networks{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("127.0.0.0/8")}
	for text, want := range map[string][2]error{ // without and with networks
		"https://hooks.example/x":         {nil, nil},
		"https://93.184.216.34/":          {nil, nil},
		"https://127.0.0.1/":              {ErrAddress, nil},
		"https://LOCALHOST:8443/":         {ErrAddress, nil},
		"https://a.localhost./":           {ErrAddress, nil},
		"https://[::1]/":                  {ErrAddress, ErrAddress},
		"https://[::ffff:10.1.2.3]/":      {ErrAddress, nil},
		"https://[fe80::1%25eth0]/":       {ErrAddress, ErrAddress},
		"https://10.1.2.3:9000/hook":      {ErrAddress, nil},
		"https://10.2.2.3/":               {ErrAddress, ErrAddress},
		"https://169.254.169.254/latest/": {ErrAddress, ErrAddress},
		"http://hooks.example/":           {ErrPlain, nil},
		"HTTP://93.184.216.34/":           {ErrPlain, ErrPlain},
		"http://10.1.2.3/":                {ErrAddress, nil},
		"":                                {nil, nil},
		"https://%zz/":                    {nil, nil},
	} {
		for i, n := range []Networks{nil, listed} {
			if err := n.CheckURL(text); !errors.Is(err, want[i]) || want[i] == nil && err != nil {
				t.Errorf("%q with %v: %v, want %v", text, n, err, want[i])
			}
		}
	}
}
