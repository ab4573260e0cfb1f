//go:build !windows

package classifier

import (
	"errors"
	"fmt"
	"os"
)

// createTemp returns a temporary file that has no name any more: its contents,
// texts of readers among them, are gone with the process, however that ends.
func createTemp() (*os.File, error) {
	f, err := os.CreateTemp("", "winnow-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file for training: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, fmt.Errorf("unlink the temporary file for training: %w", errors.Join(err, f.Close()))
	}
	return f, nil
}
