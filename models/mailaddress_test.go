package models

import (
	"strings"
	"testing"
)

var mailAddresses = map[string]bool{
	"ada@news.example": true, "ada+comments@news.example": true, "o'hara@news.example": true, "käthe@zeitung.example": true,
	"": false, "ada": false, "ada@": false, "@news.example": false, "ada@localhost": false, "ada@[127.0.0.1]": false,
	"Ada <ada@news.example>": false, "<ada@news.example>": false, "ada@news.example, bob@news.example": false, `"a b"@news.example`: false,
	"ada@news.example\r\nBcc: bob@news.example": false, "ada\n@news.example": false, "ada@news.example\x00": false, "ada@news.example ": false,
	"ada@news.example\u2028": false, "ada\u202e@news.example": false, "ada@news\xff.example": false,
	strings.Repeat("a", 65) + "@news.example": false, "a@" + strings.Repeat("b", 250) + ".example": false,
}

func TestValidMailAddress(t *testing.T) {
	for address, valid := range mailAddresses {
		if ValidMailAddress(address) != valid {
			t.Errorf("%q: %t", address, !valid)
		}
	}
}
