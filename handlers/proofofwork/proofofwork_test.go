package proofofwork

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"winnow/models"
)

var (
	noon   = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	issuer = NewIssuer([]byte("a secret for tests"))
)

// solve finds a solution as a browser does.
func solve(t testing.TB, c Challenge) Solution {
	t.Helper()
	for counter := range uint32(100_000) {
		key, err := derive(c.Parameters, counter)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(key, c.Parameters.KeyPrefix) {
			return Solution{counter, key}
		}
	}
	t.Fatal("no solution was found")
	return Solution{}
}

// encode writes what JavaScript writes with btoa(JSON.stringify(v)).
func encode(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(text)
}

func TestCheck(t *testing.T) {
	challenge := issuer.New("gazette", noon)
	solution := solve(t, challenge)
	cheap := challenge
	cheap.Parameters.Cost = 1
	cheapSolution := solve(t, cheap)
	other := Solution{solution.Counter + 1, solution.DerivedKey}
	noKey := Solution{solution.Counter, ""}
	for name, test := range map[string]struct {
		issuer  Issuer
		payload any
		site    string
		at      time.Time
		want    string // the error
		solved  bool
	}{
		"a solution counts":                  {issuer, Payload{challenge, &solution}, "gazette", noon, "", true},
		"also shortly before it expires":     {issuer, Payload{challenge, &solution}, "gazette", noon.Add(Lifetime), "", true},
		"the challenge alone shows its time": {issuer, Payload{challenge, nil}, "gazette", noon, "", false},
		"it expires":                         {issuer, Payload{challenge, &solution}, "gazette", noon.Add(Lifetime + 2*time.Second), "expired", false},
		"it is for one site":                 {issuer, Payload{challenge, &solution}, "tribune", noon, "none of this site", false},
		"another server's is not taken":      {NewIssuer([]byte("another")), Payload{challenge, &solution}, "gazette", noon, "none of this site", false},
		"nor one that was made easier":       {issuer, Payload{cheap, &cheapSolution}, "gazette", noon, "none of this site", false},
		"another counter does not do":        {issuer, Payload{challenge, &other}, "gazette", noon, "wrong", false},
		"nor a counter without its key":      {issuer, Payload{challenge, &noKey}, "gazette", noon, "wrong", false},
		"text is no payload":                 {issuer, "hello", "gazette", noon, "not base64 of JSON", false},
		"an empty one is none of the site":   {issuer, Payload{}, "gazette", noon, "none of this site", false},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := test.issuer.Check(encode(t, test.payload), test.site, test.at)
			if test.want != "" {
				if models.KindOf(err) != models.KindProofOfWork || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("the error is %v, want one about %q", err, test.want)
				}
				return
			}
			if err != nil || answer.Solved != test.solved || answer.ID != challenge.Signature || !answer.IssuedAt.Equal(noon) {
				t.Errorf("%+v, %v", answer, err)
			}
		})
	}
}

// The widget may write names in another order, and more of them.
func TestPayloadOfTheWidget(t *testing.T) {
	challenge := issuer.New("gazette", noon)
	solution, p := solve(t, challenge), challenge.Parameters
	payload := map[string]any{
		"solution": map[string]any{"time": 312.4, "derivedKey": solution.DerivedKey, "counter": solution.Counter},
		"challenge": map[string]any{"signature": challenge.Signature, "parameters": map[string]any{
			"salt": p.Salt, "nonce": p.Nonce, "keyPrefix": p.KeyPrefix, "keyLength": p.KeyLength, "expiresAt": p.ExpiresAt, "cost": p.Cost,
			"algorithm": p.Algorithm, "data": map[string]any{"site": "gazette", "issuedAt": p.Data.IssuedAt},
		}},
	}
	if answer, err := issuer.Check(encode(t, payload), "gazette", noon); err != nil || !answer.Solved {
		t.Errorf("%+v, %v", answer, err)
	}
}

// The key of the counter 7 is what the package altcha-lib 2.8.0 derives from the same parameters, and the
// signature is what it makes of them with the same key.
func TestDerivedKeyIsThatOfTheLibrary(t *testing.T) {
	p := Parameters{
		Algorithm: "PBKDF2/SHA-256", Cost: 5000, Data: Data{1764504000000, "gazette"}, ExpiresAt: 1764507600, KeyLength: 32, KeyPrefix: "00",
		Nonce: "000102030405060708090a0b0c0d0e0f", Salt: "101112131415161718191a1b1c1d1e1f",
	}
	key, err := derive(p, 7)
	if want := "086253911a66e3cdb6dd01511c5aaf4d0b16e5b78805671bb95a09d9f0f8c7b1"; err != nil || key != want {
		t.Errorf("the key is %s, want %s, %v", key, want, err)
	}
	if got, want := (Issuer{[]byte("a key")}).sign(p), "c60b5dc634068eaa83718bf0196f8a78983e7ab42c5a17d3dbcfc3a21319be9c"; got != want {
		t.Errorf("the signature is %s, want %s", got, want)
	}
}

func FuzzCheck(f *testing.F) {
	challenge := issuer.New("gazette", noon)
	solution := solve(f, challenge)
	f.Add(encode(f, Payload{challenge, &solution}))
	f.Add(encode(f, Payload{challenge, nil}))
	f.Add(encode(f, map[string]any{"algorithm": "SHA-256", "challenge": "00", "number": 7, "salt": "x?expires=1", "signature": "00", "took": 3}))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		answer, err := issuer.Check(text, "gazette", noon)
		if err != nil {
			if models.KindOf(err) != models.KindProofOfWork {
				t.Fatalf("the error is %v", err)
			}
			return
		}
		p, err := parse(text)
		if err != nil || issuer.sign(p.Challenge.Parameters) != answer.ID || answer.Solved != (p.Solution != nil) {
			t.Fatalf("%q counts as %+v", text, answer)
		}
	})
}
