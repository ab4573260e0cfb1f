package main

import (
	"fmt"
	"testing"
)

func TestGroupsOfTheSignIn(t *testing.T) {
	for text, want := range map[string]string{
		"desk=moderator:gazette+herald; chief = admin ;": "[{desk moderator [gazette herald]} {chief admin []}]",
		"cn=news,ou=desk=editor":                         "[{cn=news,ou=desk editor []}]",
	} {
		if got, err := parseGroups(text); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q: %v, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"desk", "=admin", "desk=boss", "desk=moderator:", "desk=moderator:a+", "desk=moderator:A B"} {
		if got, err := parseGroups(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
