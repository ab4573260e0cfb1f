package main

import (
	"strings"
	"testing"

	"winnow/models"
	"winnow/storage"
	"winnow/storage/storagetest"
)

func TestPasswordsOfCommands(t *testing.T) {
	url := storagetest.ReadySQLiteURL(t)
	database := "--database=" + url
	for _, bad := range []string{"elevenchars", "password1234", "grace grace grace"} {
		if status, _, errs := winnow(t, bad+"\n", "moderator", "add", "grace", "--password-stdin", database); status != exitFailed || !strings.Contains(errs, "the password ") {
			t.Errorf("%s: exit status %d, %s", bad, status, errs)
		}
	}
	must(t, "a fine pass phrase\n", "moderator", "add", "grace", "--password-stdin", database)
	if list := must(t, "", "moderator", "list", "--json", database); !strings.Contains(list, `"temporary_password":true`) {
		t.Errorf("the list says %s", list)
	}
	db, err := storage.Open(t.Context(), url, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	by := models.Caller{Kind: models.ByCommand, Name: "test"}
	if _, err := db.UpdateModerator(t.Context(), by, "grace", func(m *models.Moderator) error { m.TOTP.Secret = "S"; return nil }); err != nil {
		t.Fatal(err)
	}
	must(t, "", "moderator", "remove-codes", "grace", database)
	if m, err := db.Moderator(t.Context(), "grace"); err != nil || m.HasTOTP {
		t.Errorf("the codes are still asked for: %+v, %v", m, err)
	}
	before, err := db.SigningKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	must(t, "", "signing-key", "rotate", database)
	if after, err := db.SigningKeys(t.Context()); err != nil || len(after) != 2 || string(after[1].Key) != string(before[0].Key) {
		t.Errorf("after the rotation there are %d keys, %v", len(after), err)
	}
}
