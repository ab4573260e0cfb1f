package classifier

import (
	"bytes"
	_ "embed"
)

//go:embed starter/starter.wnw
var starter []byte

// Starter returns the built-in model. It was trained on public sets of comments,
// messages and mail, which its manifest names. It recognises blatant spam and abuse,
// which it holds and never rejects.
func Starter() (*Model, error) { return Read(bytes.NewReader(starter)) }
