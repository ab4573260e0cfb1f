package handlers

import (
	"sync/atomic"

	"winnow/models"
)

// uploads lets one large body in at a time, because a file of models or labels takes
// much memory while it is read. The zero value is ready to use.
type uploads struct{ running atomic.Bool }

// begin refuses a second upload. done must be called when the upload has ended.
func (u *uploads) begin() (done func(), err error) {
	if !u.running.CompareAndSwap(false, true) {
		return nil, models.Errorf(models.KindUnavailable, "another upload is running on this node: try again when it has ended")
	}
	return func() { u.running.Store(false) }, nil
}
