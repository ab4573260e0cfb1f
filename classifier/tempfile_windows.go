package classifier

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
)

// fileFlagDeleteOnClose is FILE_FLAG_DELETE_ON_CLOSE of CreateFile.
const fileFlagDeleteOnClose = 0x04000000

// createTemp returns a temporary file that the system deletes when it is closed:
// its contents, texts of readers among them, are gone with the process, however
// that ends.
func createTemp() (*os.File, error) {
	name := filepath.Join(os.TempDir(), "winnow-"+rand.Text())
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|fileFlagDeleteOnClose, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make a temporary file for training: %w", err)
	}
	return f, nil
}
