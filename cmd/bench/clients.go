package main

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
)

// sentences are the parts of comments of typical length. Each comment has a different
// combination of four, because near-copies would be held as a campaign.
var sentences = []string{
	"I walked along the new quay this morning and it is well done.",
	"The benches face the wrong way if you ask me.",
	"The council promised this before the last election.",
	"Somebody should read the minutes of that meeting again.",
	"Thank you for the report.",
	"One question is left open: who pays for the upkeep?",
	"The grant runs out in three years, as far as I know.",
	"My grandmother worked in the old warehouse for thirty years.",
	"It is good to see the doors open again, even if only for coffee.",
	"The figures in the third paragraph cannot be right.",
	"Forty trains an hour on a single track sounds too much.",
	"In winter the wind there is hard to bear.",
	"Our street waited eleven months for a lamp.",
	"They closed the library on Saturdays and nobody said a word.",
	"I would rather have a ferry than another bridge.",
	"The picture shows the northern basin, not the harbour.",
	"We were told much the same in spring.",
	"Cyclists and prams do not mix well on that path.",
	"A small fee would be fair, but not for those who live here.",
	"Has anyone asked the fishermen?",
	"The trees they cut were older than the town hall.",
	"I disagree with the mayor on nearly everything, yet here she is right.",
	"Parking has been a nuisance since the market moved.",
	"Next year they will dig it all up once more.",
	"Good journalism, keep asking.",
	"The school bus no longer stops at the mill.",
	"You forgot to mention the flood of two years ago.",
	"Nobody under thirty can afford a flat down there.",
	"I counted nine empty shops between the church and the station.",
	"Let the engineers speak for once.",
	"It took them one afternoon and a bucket of paint.",
	"My neighbour has a different opinion, and we are still friends.",
}

// appendText appends the text of comment n.
func appendText(b []byte, n uint64) []byte {
	for mixed, i := n*0x9e3779b97f4a7c15, 0; i < 4; i++ { // Fibonacci hashing
		b = append(append(b, sentences[mixed>>59]...), ' ')
		mixed <<= 5
	}
	return strconv.AppendUint(b, n, 10)
}

var posted atomic.Uint64

// postClient posts comments by different readers on a hundred articles.
type postClient struct {
	addr, key string
	body      []byte
}

func (p *postClient) address() string          { return p.addr }
func (p *postClient) expected(status int) bool { return status == http.StatusCreated }

func (p *postClient) request(b []byte) ([]byte, bool) {
	n := posted.Add(1)
	p.body = fmt.Appendf(p.body[:0], `{"article":{"id":"a%d","url":"https://gazette.example/a%d","title":"The harbour reopens"},"author":{"name":"Reader %d"},"body":"`,
		n%100, n%100, n%5000)
	p.body = appendText(p.body, n)
	p.body = fmt.Appendf(p.body, `","client":{"ip":"10.%d.%d.%d","user_agent":"bench"}}`, n&255, n>>8&255, n>>16&255) // different networks
	b = append(b, "POST /v1/comments HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"...)
	return finish(b, p.key, p.body), true
}

// analyzeClient asks for the toxicity of a comment, as clients of the Perspective API do.
type analyzeClient struct {
	addr, key string
	body      []byte
}

func (a *analyzeClient) address() string          { return a.addr }
func (a *analyzeClient) expected(status int) bool { return status == http.StatusOK }

func (a *analyzeClient) request(b []byte) ([]byte, bool) {
	a.body = appendText(append(a.body[:0], `{"comment":{"text":"`...), posted.Add(1))
	a.body = append(a.body, `"},"doNotStore":true,"requestedAttributes":{"TOXICITY":{}},"languages":["en"]}`...)
	b = append(b, "POST /v1alpha1/comments:analyze?key="+a.key+" HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"...)
	return finish(b, "", a.body), true
}

// checkClient asks whether a comment is spam, as clients of Akismet do.
type checkClient struct {
	addr, key string
	body      []byte
}

func (a *checkClient) address() string          { return a.addr }
func (a *checkClient) expected(status int) bool { return status == http.StatusOK }

func (a *checkClient) request(b []byte) ([]byte, bool) {
	n := posted.Add(1)
	a.body = fmt.Appendf(a.body[:0], "api_key=%s&blog=https%%3A%%2F%%2Fgazette.example&user_ip=10.%d.%d.%d&comment_author=Reader+%d&comment_content=", a.key, n&255, n>>8&255, n>>16&255, n%5000)
	a.body = appendText(a.body, n) // without the escapes of spaces, which are accepted
	b = append(b, "POST /1.1/comment-check HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"...)
	return finish(b, "", a.body), true
}

// getClient requests the same page repeatedly.
type getClient struct{ addr, path, token, etag string }

func (g *getClient) address() string { return g.addr }

func (g *getClient) expected(status int) bool {
	if g.etag != "" {
		return status == http.StatusNotModified
	}
	return status == http.StatusOK
}

func (g *getClient) request(b []byte) ([]byte, bool) {
	b = append(b, "GET "+g.path+" HTTP/1.1\r\nHost: bench\r\n"...)
	if g.etag != "" {
		b = append(b, "If-None-Match: "+g.etag+"\r\n"...)
	}
	return finish(b, g.token, nil), true
}

// decideClient approves pending comments, each once.
type decideClient struct {
	addr, token string
	ids         <-chan string
}

func (d *decideClient) address() string          { return d.addr }
func (d *decideClient) expected(status int) bool { return status == http.StatusOK }

func (d *decideClient) request(b []byte) ([]byte, bool) {
	select {
	case id := <-d.ids:
		b = append(b, "POST /v1/comments/"+id+"/decision HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"...)
		return finish(b, d.token, []byte(`{"action":"approve"}`)), true
	default:
		return b, false
	}
}

// finish appends the remaining headers and the body.
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
