package clienttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestForeignClients runs the clients of other services, as they are in their registry,
// against the server, and against nobody.
func TestForeignClients(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyTree(t, "testdata/foreign", dir)
	if err := os.Symlink(nodeModules(t), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("node_modules/akismet-api"); err != nil {
		missing(t, "the clients are not installed, see make needs: %v", err)
	}
	s := startServer(t)
	proxy, authority := encrypted(t, s.url, dir)
	for _, script := range []string{"akismet.mjs", "perspective.mjs"} {
		t.Run(script, func(t *testing.T) {
			session := func(more ...string) {
				cmd := command(t, dir, "node", "--require", "./names.cjs", script)
				cmd.Env = append(cmd.Env, "WINNOW_URL="+s.url, "WINNOW_KEY="+s.key, "NODE_EXTRA_CA_CERTS="+authority)
				cmd.Env = append(cmd.Env, more...)
				run(t, cmd)
			}
			session("https_proxy="+proxy, "HTTPS_PROXY="+proxy)
			nobody := httptest.NewServer(nil)
			nobody.Close()
			session("https_proxy="+nobody.URL, "HTTPS_PROXY="+nobody.URL, "WINNOW_URL="+nobody.URL, "WINNOW_DOWN=1")
		})
	}
}

// encrypted returns the address of a proxy that ends TLS in front of a server, and the file
// of its certificate. The clients of the Perspective API have Google's host in their code,
// and send its requests to the proxy that the environment names.
func encrypted(t *testing.T, server, dir string) (address, certificate string) {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host
	}})
	proxy.TLS = &tls.Config{Certificates: []tls.Certificate{certificateOf(t, "commentanalyzer.googleapis.com")}}
	proxy.Config.ErrorLog = log.New(t.Output(), "", 0)
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	certificate = filepath.Join(dir, "proxy.pem")
	if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.TLS.Certificates[0].Certificate[0]}), 0o600); err != nil {
		t.Fatal(err)
	}
	return proxy.URL, certificate
}

// certificateOf returns a certificate of a host that is signed by itself.
func certificateOf(t *testing.T, host string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{host}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
