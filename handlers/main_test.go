package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"testing"

	"go.uber.org/goleak"

	"winnow/handlers/mailer/smtptest"
	"winnow/handlers/node/trainworker"
	"winnow/storage/storagetest"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == trainworker.Command { // a node of the tests trains
		if err := trainworker.Main(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	trainworker.AtLowPriority = false
	smtptest.Main()
	code := storagetest.Main(m)
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
