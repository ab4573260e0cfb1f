package main

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
)

// bodies are comments of the usual length; each is posted with a number of its
// own so that no two are alike.
var bodies = []string{
	"I walked along the new quay this morning and it is well done, though the benches face the wrong way if you ask me. Perhaps next year.",
	"The council promised this before the last election. Will somebody please read the minutes of that meeting to them, slowly?",
	"Thank you for the report. One question is left open: who pays for the upkeep once the grant has run out in three years?",
	"My grandmother worked in the old warehouse for thirty years. It is good to see the doors open again, even if for coffee.",
	"Sorry, but the figures in the third paragraph cannot be right. Forty trains an hour on a single track? Check again, please.",
}

var posted atomic.Uint64

// poster posts comments, each for another reader and one of a hundred articles.
type poster struct {
	addr, key string
	body      []byte
}

func (p *poster) address() string        { return p.addr }
func (p *poster) wanted(status int) bool { return status == http.StatusCreated }

func (p *poster) request(b []byte) ([]byte, bool) {
	n := posted.Add(1)
	p.body = fmt.Appendf(p.body[:0], `{"article":{"id":"a%d","url":"https://gazette.example/a%d","title":"The harbour reopens"},"author":{"name":"Reader %d"},"body":"%s (%d)","client":{"ip":"10.%d.%d.%d","user_agent":"bench"}}`,
		n%100, n%100, n%5000, bodies[n%uint64(len(bodies))], n, n>>16&255, n>>8&255, n&255)
	b = append(b, "POST /v1/comments HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"...)
	return finish(b, p.key, p.body), true
}

// getter asks for one page again and again.
type getter struct{ addr, path, token, etag string }

func (g *getter) address() string { return g.addr }

func (g *getter) wanted(status int) bool {
	if g.etag != "" {
		return status == http.StatusNotModified
	}
	return status == http.StatusOK
}

func (g *getter) request(b []byte) ([]byte, bool) {
	b = append(b, "GET "+g.path+" HTTP/1.1\r\nHost: bench\r\n"...)
	if g.etag != "" {
		b = append(b, "If-None-Match: "+g.etag+"\r\n"...)
	}
	return finish(b, g.token, nil), true
}

// decider approves pending comments, each once.
type decider struct {
	addr, token string
	ids         <-chan string
}

func (d *decider) address() string        { return d.addr }
func (d *decider) wanted(status int) bool { return status == http.StatusOK }

func (d *decider) request(b []byte) ([]byte, bool) {
	select {
	case id := <-d.ids:
		b = append(b, "POST /v1/comments/"+id+"/decision HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"...)
		return finish(b, d.token, []byte(`{"action":"approve"}`)), true
	default:
		return b, false
	}
}

// finish adds credentials and body.
func finish(b []byte, token string, body []byte) []byte {
	if token != "" {
		b = append(b, "Authorization: Bearer "+token+"\r\n"...)
	}
	if body != nil {
		b = strconv.AppendInt(append(b, "Content-Length: "...), int64(len(body)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	return append(b, body...)
}
