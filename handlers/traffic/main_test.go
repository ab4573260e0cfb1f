package traffic_test

import (
	"os"
	"testing"

	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) { os.Exit(storagetest.Main(m)) }
