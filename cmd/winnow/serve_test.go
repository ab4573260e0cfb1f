package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

// node is a running winnow serve.
type node struct {
	base   string
	stdout *output
	log    *output
	stop   func() (status int)
}

var listening = regexp.MustCompile(`msg=listening address=(\S+)`)

// start runs winnow serve on a free port until stop, or the end of the test.
func start(t *testing.T, args ...string) *node {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	log, done := new(output), make(chan int, 1)
	n := &node{stdout: new(output), log: log}
	go func() {
		done <- run(ctx, append([]string{"winnow", "serve", "--listen", "127.0.0.1:0"}, args...), strings.NewReader(""), n.stdout, log)
	}()
	n.stop = func() int {
		cancel()
		status := <-done
		done <- status
		return status
	}
	t.Cleanup(func() {
		n.stop()
		if t.Failed() {
			t.Logf("log of %s:\n%s", n.base, log)
		}
	})
	for n.base == "" {
		if m := listening.FindStringSubmatch(log.String()); m != nil {
			n.base = "http://" + m[1]
			return n
		}
		select {
		case status := <-done:
			done <- status
			t.Fatalf("winnow serve ended with %d: %s", status, log)
		case <-time.After(5 * time.Millisecond):
		}
	}
	return n
}

// call sends a request and decodes its reply, which must have the status.
func (n *node) call(t *testing.T, want int, method, path, token string, body any) map[string]any {
	t.Helper()
	status, raw := n.do(t, method, path, token, body)
	if status != want {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, status, want, raw)
	}
	var reply map[string]any
	if err := json.Unmarshal(raw, &reply); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, raw)
	}
	return reply
}

func (n *node) do(t *testing.T, method, path, token string, body any) (int, []byte) {
	t.Helper()
	kind, in := "application/json", io.Reader(nil)
	switch b := body.(type) {
	case nil:
	case []byte:
		kind, in = "application/octet-stream", bytes.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		in = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, n.base+path, in)
	if err != nil {
		t.Fatal(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", kind)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, data
}

type object = map[string]any

// comment posts with a site key, for a different reader each time.
func (n *node) comment(t *testing.T, key, article, text string, reader int) object {
	t.Helper()
	return n.call(t, http.StatusCreated, "POST", "/v1/comments", key, object{
		"article": object{"id": article, "url": "https://gazette.example/" + article, "title": "The harbour reopens"},
		"author":  object{"name": "Reader"},
		"body":    text,
		"client":  object{"ip": fmt.Sprintf("203.0.%d.%d", reader/250, reader%250+1)},
	})
}

func (n *node) login(t *testing.T, name, password string) string {
	t.Helper()
	return n.call(t, http.StatusOK, "POST", "/v1/auth/login", "", object{"name": name, "password": password})["access_token"].(string)
}

// labels writes training rows of two classes that are easy to separate.
func labels(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	places := []string{"harbour", "library", "market", "bridge", "theatre", "station"}
	offers := []string{"pills", "casino bonus", "followers", "crypto profit", "loan", "replica watches"}
	for i := range 300 {
		ham := fmt.Sprintf("The council was right: %s %d.", places[i%6], i)
		spam := fmt.Sprintf("Cheap %s now!!! Click http://offer%d.example/win: $%d daily", offers[i%6], i, 100+i)
		for _, row := range []models.Label{{Text: ham, Label: models.Ham}, {Text: spam, Label: models.Spam}} {
			line, err := json.Marshal(row)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(line, '\n'))
		}
	}
	path := filepath.Join(t.TempDir(), "labels.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
