//go:build !windows

package classifier

import (
	"os"
	"testing"

	"winnow/models"
)

// TestTrainingLeavesNoFileBehind: not even while it runs does a file have a name,
// so that a process that is killed leaves none.
func TestTrainingLeavesNoFileBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	named := -1
	progress := func(int, int) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Error(err)
		}
		named = max(named, len(entries))
	}
	train(t, comments(300, models.Ham, models.Spam), TrainOptions{Progress: progress})
	if named != 0 {
		t.Errorf("there were %d files with a name during the training", named)
	}
}
