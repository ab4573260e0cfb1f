package handlers

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

func TestStrangersWaitBehindKnownDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHashingOn(1)
		release := make(chan struct{})
		var order []string // written by whoever has the only core
		wait := func(who string, known bool, work func()) {
			go func() {
				if err := h.do(t.Context(), known, func() { work(); order = append(order, who) }); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait() // until it waits in its place
		}
		wait("the stranger before", false, func() { <-release })
		for range strangersWaiting - 1 {
			wait("a stranger", false, func() {})
		}
		if err := h.do(t.Context(), false, func() {}); !errors.Is(err, errHashingBusy) {
			t.Errorf("one stranger more: %v", err)
		}
		wait("known", true, func() {})
		close(release)
		synctest.Wait()
		if len(order) != strangersWaiting+1 || order[0] != "the stranger before" || order[1] != "known" {
			t.Errorf("the order is %v", order)
		}

		ended, cancel := context.WithCancel(t.Context())
		cancel()
		h.running <- struct{}{}
		if err := h.do(ended, true, func() {}); !errors.Is(err, context.Canceled) {
			t.Errorf("a client that has left: %v", err)
		}
	})
}

func FuzzReadDevice(f *testing.F) {
	tagOf := func(moderator, device string) string { return strings.ToUpper(moderator + device) }
	for _, seed := range []string{"", ".", "d.", ".BOB", "d.BOBD", "d.BOBD.x", strings.Repeat("d", 300) + "."} {
		f.Add("bob", seed)
	}
	f.Add("bob", newDevice(tagOf, "bob"))
	f.Fuzz(func(t *testing.T, moderator, value string) {
		if device := readDevice(tagOf, moderator, value); device != "" && value != device+"."+tagOf(moderator, device) {
			t.Errorf("%q is a device of %q: %q", value, moderator, device)
		}
	})
}
