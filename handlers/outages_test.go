package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"winnow/models"
)

// What is out of reach is logged once, whichever tasks notice it; what else is wrong is
// not taken for the same.
func TestOutageIsLoggedOnceForAllTasks(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(newSparse(slog.NewTextHandler(&out, nil)))
	lost := func(what string) error {
		return fmt.Errorf("the task: %w", &models.Error{Kind: models.KindUnavailable, Message: what, Cause: errors.New("refused")})
	}
	log.Error("purge failed", "error", lost("the database is not available now"))
	log.Error("reading events failed", "error", lost("the database is not available now"))
	log.Error("purge failed", "error", lost("Redis cannot be reached"))
	log.Error("purge failed", "error", errors.New("no such column"))
	log.Error("purge failed", "error", errors.New("no such column"))
	log.Error("purge failed", "site", "gazette", "error", errors.New("no such column"))
	if n := strings.Count(out.String(), "\n"); n != 4 {
		t.Errorf("%d lines:\n%s", n, out.String())
	}
}
