package models

import (
	"encoding/json"
	"strconv"
)

// Every new comment has a verdict, and encoding it by reflection took as long as
// decoding the whole request. The signals, which are most of it, are both stored
// and sent, so they are encoded once and separately.

// AppendJSON appends the verdict as JSON that encoding/json decodes to the same
// value. signals is the result of SignalsJSON.
func (v Verdict) AppendJSON(b []byte, signals string) []byte {
	b = append(b, '{')
	if v.Spam != nil {
		b = append(appendNumber(append(b, `"spam":`...), *v.Spam), ',')
	}
	if v.Abuse != nil {
		b = append(appendNumber(append(b, `"abuse":`...), *v.Abuse), ',')
	}
	b = AppendJSONString(append(b, `"action":`...), string(v.Action))
	if v.Reason != "" {
		b = AppendJSONString(append(b, `,"reason":`...), string(v.Reason))
	}
	b = append(append(b, `,"signals":`...), signals...)
	b = AppendJSONString(append(b, `,"model":`...), v.Model)
	b = appendNumber(append(b, `,"hold_at":`...), v.HoldAt)
	if v.RejectAt != 0 {
		b = appendNumber(append(b, `,"reject_at":`...), v.RejectAt)
	}
	return append(b, '}')
}

const usualSignals = 2 << 10 // bytes that suffice for most lists

// SignalsJSON encodes a list of signals. The result is never null.
func SignalsJSON(signals []Signal) string {
	b := append(make([]byte, 0, usualSignals), '[')
	for i, s := range signals {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSONString(append(b, `{"name":`...), s.Name)
		b = appendNumber(append(b, `,"weight":`...), s.Weight)
		if s.Detail != "" {
			b = AppendJSONString(append(b, `,"detail":`...), s.Detail)
		}
		if s.Action != "" {
			b = AppendJSONString(append(b, `,"action":`...), string(s.Action))
		}
		if len(s.Spans) > 0 {
			b = append(b, `,"at":`...)
			for j, at := range s.Spans {
				b = append(b, "[,"[min(j, 1)], '[')
				b = strconv.AppendInt(b, int64(at[0]), 10)
				b = strconv.AppendInt(append(b, ','), int64(at[1]), 10)
				b = append(b, ']')
			}
			b = append(b, ']')
		}
		b = append(b, '}')
	}
	return string(append(b, ']'))
}

// appendNumber appends a finite number; probabilities and weights are finite.
func appendNumber(b []byte, f float64) []byte { return strconv.AppendFloat(b, f, 'g', -1, 64) }

// AppendJSONString appends a JSON string. It needs the encoder only for escapes.
func AppendJSONString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(err) // cannot happen for a string
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
