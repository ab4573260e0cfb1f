package classifier

import (
	"bytes"
	_ "embed"
	"sync"
	"weak"
)

//go:embed starter/starter.wnw
var starter []byte

// shared is the starter model, as long as anything uses it.
var shared struct {
	sync.Mutex
	model weak.Pointer[Model]
}

// Starter returns the built-in model. It was trained on public sets of comments,
// messages and mail, which its manifest names. It recognises blatant spam and abuse,
// which it holds and never rejects. All callers share one.
func Starter() (*Model, error) {
	shared.Lock()
	defer shared.Unlock()
	if m := shared.model.Value(); m != nil {
		return m, nil
	}
	m, err := Read(bytes.NewReader(starter))
	shared.model = weak.Make(m)
	return m, err
}

// Parse is Read for a file in memory. For the file of the built-in model it returns
// the shared one.
func Parse(file []byte) (*Model, error) {
	if bytes.Equal(file, starter) {
		return Starter()
	}
	return Read(bytes.NewReader(file))
}
