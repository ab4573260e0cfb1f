package storage_test

import (
	"sync"
	"testing"
	"time"

	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestNodesShareTheAddressKeyOfAPeriod(t *testing.T) {
	onBothReady(t, func(t *testing.T, url string) {
		storagetest.Open(t, url, storage.Options{})
		period := storage.AddressPeriod(time.Now())
		var nodes sync.WaitGroup
		keys := make([]string, 4)
		for i := range keys {
			db := open(t, url)
			nodes.Go(func() {
				key, err := db.AddressKey(t.Context(), period)
				if err != nil {
					t.Error(err)
				}
				keys[i] = string(key)
			})
		}
		nodes.Wait()
		for _, key := range keys {
			if len(key) != 32 || key != keys[0] {
				t.Fatalf("keys %x", keys)
			}
		}
		next, err := open(t, url).AddressKey(t.Context(), period+1)
		if err != nil || string(next) == keys[0] {
			t.Fatalf("the next key is %x, %v", next, err)
		}
		var left int
		if err := storagetest.Raw(t, url).QueryRow(`SELECT count(*) FROM address_keys`).Scan(&left); err != nil || left != 1 {
			t.Fatalf("%d keys are left, %v", left, err)
		}
	})
}
