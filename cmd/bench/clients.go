package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
)

// parts are what the sentences of the comments are made of: who, what they do, to what,
// and when or why. Readers hardly ever write the same three sentences as another reader,
// so the comments must not either: near-copies would be held as a campaign.
var parts = [4][]string{
	{
		"My neighbour", "The council", "Our mayor", "Nobody here", "Every engineer", "The new owner", "A committee", "My brother",
		"The harbour master", "Half the street", "Some professor", "The bus company", "Your reporter", "An old fisherman", "The school", "Their lawyer",
		"The bakery", "A friend of mine", "The ministry", "Anyone with sense", "The contractor", "Our doctor", "The tenants", "The last witness",
		"A tourist", "The cycling club", "The insurer", "My grandmother", "The choir", "The police", "A retired judge", "The landlord",
	},
	{
		"wanted to sell", "forgot about", "paid twice for", "laughs at", "will repair", "has never seen", "should close", "measured",
		"fought against", "wrote a letter about", "cannot afford", "voted for", "painted over", "remembers", "is proud of", "complained about",
		"inherited", "moved away from", "counted", "asked for", "lost interest in", "defends", "photographed", "underestimates",
		"promised us", "borrowed", "walks past", "objects to", "rebuilt", "is bored with", "would keep", "gave up on",
	},
	{
		"the quay", "those benches", "the ferry timetable", "a second bridge", "the empty shops", "the oak trees", "the parking spaces", "a decent library",
		"the night trains", "the flood barrier", "a museum of fishing", "the tram line", "the playground", "the market hall", "cheap rooms", "the wind turbines",
		"the church tower", "a public bath", "the gravel path", "street lamps", "the water rates", "the theatre", "the ring road", "the allotments",
		"the town archive", "the swimming lake", "the ticket machines", "a proper drain", "the warehouse", "the pedestrian zone", "the festival", "the signal box",
	},
	{
		"before the last election.", "because of the smell.", "on a Sunday, of all days.", "while it rained for weeks.", "as the minutes show.", "for thirty years.", "without telling anyone.", "since the fire.",
		"with our money.", "in spite of the report.", "after two beers.", "when prices went up.", "at the wrong end of town.", "just like in the seventies.", "if I read this correctly.", "and I agree.",
		"so the figures are wrong.", "but only in summer.", "which is a pity.", "under the old contract.", "according to the radio.", "until somebody noticed.", "instead of listening.", "near the mill.",
		"out of pure habit.", "whatever it costs.", "from one day to the next.", "as far as I know.", "in front of the cameras.", "against all advice.", "together with the villages.", "during the strike.",
	},
}

// appendText appends the text of comment n: three sentences.
func appendText(b []byte, n uint64) []byte {
	random := rand.NewPCG(n, 0)
	for range 3 {
		bits := random.Uint64()
		for _, some := range parts {
			b = append(append(b, some[bits%32]...), ' ')
			bits >>= 5
		}
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
