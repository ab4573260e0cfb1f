package opinion

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"winnow/models"
)

// maxAnswer bounds the body of a reply, in bytes.
const maxAnswer = 64 << 10

// answer is what a service says of a text.
type answer struct {
	abuse, spam float64
	reason      string
}

// errInvalid says that an answer has another form than the one that was asked for.
var errInvalid = errors.New("the answer of the service is not of the form that was asked for")

// schema is the form of an answer, as JSON Schema.
var schema = json.RawMessage(`{"type":"object","additionalProperties":false,"required":["abuse","spam","reason"],"properties":{` +
	`"abuse":{"type":"number","minimum":0,"maximum":1},"spam":{"type":"number","minimum":0,"maximum":1},"reason":{"type":"string"}}}`)

// decodeChat reads the answer out of a chat completion.
func decodeChat(body []byte) (answer, error) {
	var reply struct {
		Choices []struct {
			Message struct {
				Content string `json:"content"`
				Refusal string `json:"refusal"`
			} `json:"message"`
		} `json:"choices"`
	}
	if json.Unmarshal(body, &reply) != nil || len(reply.Choices) != 1 || reply.Choices[0].Message.Refusal != "" {
		return answer{}, errInvalid
	}
	return decodeAnswer([]byte(reply.Choices[0].Message.Content))
}

// decodeAnswer reads an answer. Both probabilities must be there, and nothing that nobody asked
// for. The reason may be anybody's words, the comment's own among them: it is cleaned, cut and
// put on one line.
func decodeAnswer(data []byte) (answer, error) {
	var said struct {
		Abuse  *float64 `json:"abuse"`
		Spam   *float64 `json:"spam"`
		Reason string   `json:"reason"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if d.Decode(&said) != nil || !isProbability(said.Abuse) || !isProbability(said.Spam) {
		return answer{}, errInvalid
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return answer{}, errInvalid
	}
	reason := []rune(strings.Join(strings.Fields(models.Clean(said.Reason)), " "))
	if len(reason) > models.MaxOpinionReason {
		reason = append(reason[:models.MaxOpinionReason-1], '…')
	}
	return answer{*said.Abuse, *said.Spam, string(reason)}, nil
}

func isProbability(p *float64) bool { return p != nil && *p >= 0 && *p <= 1 }
