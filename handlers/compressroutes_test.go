package handlers

import "testing"

// TestCompressedRoutesExist guards the names of compressedRoutes: one that no
// route has would silently leave a reply as it is.
func TestCompressedRoutesExist(t *testing.T) {
	known := map[string]bool{}
	for _, r := range (&Server{metrics: &metrics{}}).routes() {
		known[r.method+" "+r.path] = true
	}
	for name := range compressedRoutes {
		if !known[name] {
			t.Errorf("there is no route %s", name)
		}
	}
}
