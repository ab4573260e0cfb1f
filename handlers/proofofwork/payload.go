package proofofwork

import (
	"encoding/base64"
	"encoding/json"
)

// Payload is what a widget sends: a challenge as it was, and a solution.
type Payload struct {
	Challenge Challenge `json:"challenge"`
	Solution  *Solution `json:"solution,omitempty"`
}

// Solution is a counter whose key begins as the challenge demands.
type Solution struct {
	Counter    uint32 `json:"counter"`
	DerivedKey string `json:"derivedKey"` // in hexadecimal
}

// maxPayload is more than any payload of the widget has, in bytes. The name of a site has at
// most 63 of them.
const maxPayload = 2_000

// parse decodes a payload: JSON in base64, as btoa writes it. What the challenge says is not
// to be believed before its signature is checked.
func parse(text string) (Payload, error) {
	var p Payload
	unreadable := refusal("the payload is not base64 of JSON with a challenge and a solution")
	if len(text) > maxPayload {
		return p, unreadable
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(data, &p) != nil {
		return Payload{}, unreadable
	}
	return p, nil
}
