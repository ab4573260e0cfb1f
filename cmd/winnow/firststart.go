package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"winnow/classifier"
	"winnow/handlers/password"
	"winnow/models"
	"winnow/storage"
)

// credentials are created by the first start. They are stored as hashes, and sealed
// until somebody has logged in.
type credentials struct {
	Password string `json:"password"`
	Key      string `json:"key"`
}

const firstModerator = "admin"

// firstStart adds a site, a moderator and the starter model to an empty database
// and returns the credentials. Until somebody has logged in, later starts return
// them too: the first process may have ended before anybody could read them. It
// returns nil when there is nothing to tell.
func firstStart(ctx context.Context, db *storage.DB, secret []byte) (*credentials, error) {
	by := models.Caller{Kind: models.ByCommand, Name: "first start"}
	if err := ensureModel(ctx, db, by); err != nil {
		return nil, err
	}
	sites, err := db.Sites(ctx)
	if err != nil {
		return nil, err
	}
	moderators, err := db.Moderators(ctx)
	if err != nil {
		return nil, err
	}
	if len(sites) > 0 || len(moderators) > 0 {
		return unusedCredentials(ctx, db, secret)
	}
	w := &credentials{Password: randomPassword()}
	hash, err := password.Hash(w.Password)
	if err != nil {
		return nil, err
	}
	_, err = db.AddFirstSite(ctx, by, models.Site{Slug: "demo", Name: "Demo", Mode: models.ModePost, SSOSecret: randomPassword() + randomPassword()},
		models.Moderator{Name: firstModerator, Role: models.RoleAdmin, PasswordHash: hash, TemporaryPassword: true},
		func(key string) ([]byte, error) {
			w.Key = key
			return w.seal(secret)
		})
	if models.KindOf(err) == models.KindConflict { // another node was first
		return unusedCredentials(ctx, db, secret)
	}
	return w, err
}

// unusedCredentials returns the credentials of the first start as long as nobody has
// logged in and the password is still theirs.
func unusedCredentials(ctx context.Context, db *storage.DB, secret []byte) (*credentials, error) {
	sealed, err := db.FirstCredentials(ctx)
	if err != nil || sealed == nil {
		return nil, err
	}
	w, ok := unseal(sealed, secret)
	if !ok { // by a server with another secret
		return nil, nil
	}
	m, err := db.Moderator(ctx, firstModerator)
	if models.KindOf(err) == models.KindNotFound {
		return nil, nil
	}
	if err != nil || m.Disabled || !password.Verify(m.PasswordHash, w.Password) {
		return nil, err
	}
	if _, err := db.SiteByKey(ctx, w.Key); models.KindOf(err) == models.KindUnauthorized {
		w.Key = "replaced since (winnow site rotate-key demo makes a new one)"
	} else if err != nil {
		return nil, err
	}
	return w, nil
}

// seal encrypts the credentials with a key that is derived from the server's secret,
// so that neither a backup nor a reader of the database shows a password.
func (w *credentials) seal(secret []byte) ([]byte, error) {
	text, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	aead, err := credentialsCipher(secret)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, text, nil), nil
}

func unseal(sealed, secret []byte) (w *credentials, ok bool) {
	aead, err := credentialsCipher(secret)
	if err != nil {
		return nil, false
	}
	text, err := aead.Open(nil, nil, sealed, nil)
	if err != nil || json.Unmarshal(text, &w) != nil || w == nil {
		return nil, false
	}
	return w, true
}

func credentialsCipher(secret []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "winnow first credentials", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// print shows them with the addresses of the server. A nil w prints nothing.
func (w *credentials) print(out io.Writer, base string) {
	if w == nil {
		return
	}
	fmt.Fprintf(out, `
Winnow is ready. This is shown until somebody has logged in:

  Demo           %[1]s/demo
  Console        %[1]s/console/    name: admin   password: %[2]s
  API            %[1]s/v1/         described in %[1]s/openapi.yaml
  Site "demo"    secret key: %[3]s

`, base, w.Password, w.Key)
}

// randomPassword returns 120 random bits as 20 URL-safe characters.
func randomPassword() string {
	b := make([]byte, 15)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// ensureModel promotes the starter model when no model is live.
func ensureModel(ctx context.Context, db *storage.DB, by models.Caller) error {
	_, err := db.LiveModel(ctx)
	if models.KindOf(err) != models.KindNotFound {
		return err
	}
	starter, err := classifier.Starter()
	if err != nil {
		return err
	}
	if err := addModel(ctx, db, by, starter, "starter"); err != nil {
		return err
	}
	_, err = db.PromoteModel(ctx, by, starter.Version())
	return err
}

// addModel stores a model as a candidate.
func addModel(ctx context.Context, db *storage.DB, by models.Caller, m *classifier.Model, origin string) error {
	var file bytes.Buffer
	if _, err := m.WriteTo(&file); err != nil {
		return err
	}
	manifest, err := json.Marshal(m.Manifest())
	if err != nil {
		return err
	}
	return db.AddModel(ctx, by, models.ModelInfo{
		Version: m.Version(), Origin: origin, By: by.String(), Manifest: manifest,
		Size: int64(file.Len()), CreatedAt: time.Now(),
	}, file.Bytes())
}
