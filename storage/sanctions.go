package storage

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"

	"winnow/classifier/text/names"
	"winnow/models"
	"winnow/storage/sqldb"
)

// banKey returns the key of the marks of bans, which is used for nothing else: unlike the
// keys of addresses it stays as long as there are bans. It is nil while there were none.
func (t *tx) banKey() ([]byte, error) { return t.secretNamed("bans") }

// secretNamed returns a secret of the installation; nil: nothing has needed it yet.
func (t *tx) secretNamed(name string) ([]byte, error) {
	secret, err := sqldb.One(t, sqldb.ScanOne[[]byte], `SELECT value FROM settings WHERE name = $1`, name)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return secret, err
}

// newSecretNamed is secretNamed for what stores something that needs it.
func (t *tx) newSecretNamed(name string) ([]byte, error) {
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails
	if _, err := t.Exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, fresh); err != nil {
		return nil, err
	}
	return t.secretNamed(name)
}

// newBanKey is banKey for what adds a ban.
func (t *tx) newBanKey() ([]byte, error) { return t.newSecretNamed("bans") }

// banHash is how a mark is stored: 128 bits of an HMAC (RFC 2104) of it and its site. No
// part but the last can have a line break.
func banHash(key []byte, site string, on models.MarkKind, value string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(site + "\n" + string(on) + "\n" + value))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func banHashes(key []byte, site string, who models.Identity) []string {
	if key == nil {
		return nil
	}
	var hashes []string
	for _, m := range who.Marks() {
		hashes = append(hashes, banHash(key, site, m.On, m.Value))
	}
	return hashes
}

// IdentityOf is who wrote a stored comment, without the household, of which only a hash of
// the week is known.
func IdentityOf(c models.Comment) models.Identity {
	who := identityOfReader(models.Reader{ID: c.Author.ID, Name: c.Author.Name, Email: c.Author.Email})
	who.Browser = c.Client.Browser
	who.Network = models.ParsePrefix(c.Client.Net)
	return who
}

func identityOfReader(r models.Reader) models.Identity {
	return models.Identity{ID: r.ID, Name: names.Fold(r.Name), Email: models.FoldEmail(r.Email)}
}

const banColumns = `b.kind, b.reason, b.until, b.set_by, b.set_at`

func readSanction(scan sqldb.Scanner) (x models.Sanction, err error) {
	var until, at int64
	err = scan(&x.Kind, &x.Reason, &until, &x.By, &at)
	x.Until, x.At = nullTime(until), fromMicros(at)
	return x, err
}

// markedSanction is a sanction with the hash of one of its marks.
type markedSanction struct {
	mark string
	models.Sanction
}

func readMarkedSanction(scan sqldb.Scanner) (m markedSanction, err error) {
	var ban string
	m.Sanction, err = readSanction(func(into ...any) error { return scan(append(into, &m.mark, &ban)...) })
	m.Sanction.Ban = ban
	return m, err
}

// sanctionsByMark returns what is in force, of these hashes, each of one of these sites.
func (t *tx) sanctionsByMark(sites, hashes []string) (map[string]*models.Sanction, error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	w := t.inForce(sites, hashes)
	found, err := sqldb.List(t, readMarkedSanction, `SELECT `+banColumns+`, m.mark, b.id FROM ban_marks m JOIN bans b ON `+t.Unindexed("b.site")+` = m.site AND b.id = m.ban`+w.String(), w.Args()...)
	return strictest(found), err
}

// inForce is the condition of bans b in force with marks m of these hashes.
func (t *tx) inForce(sites, hashes []string) *sqldb.Where {
	var w sqldb.Where
	w.In("m.site", sites)
	w.In("m.mark", hashes)
	w.Add("(b.until = 0 OR b.until > ?)", micros(t.Now))
	return &w
}

// strictest returns the sanction that decides for each mark.
func strictest(found []markedSanction) map[string]*models.Sanction {
	byMark := make(map[string]*models.Sanction, len(found))
	for i := range found {
		m := &found[i]
		byMark[m.mark] = models.Stricter(byMark[m.mark], &m.Sanction)
	}
	return byMark
}

// Sanctions are the bans and shadow bans of a site that were in force when they were read.
type Sanctions struct {
	site   string
	key    []byte
	byMark map[string]*models.Sanction
}

// On returns what is imposed on a reader; nil when nothing is. It may have ended since.
func (s *Sanctions) On(who models.Identity) (strictest *models.Sanction) {
	if len(s.byMark) == 0 {
		return nil
	}
	for _, hash := range banHashes(s.key, s.site, who) {
		strictest = models.Stricter(strictest, s.byMark[hash])
	}
	return strictest
}

// Sanctions returns the sanctions of a site that are in force; nil when they have more than
// most marks.
func (db *DB) Sanctions(ctx context.Context, site string, most int) (*Sanctions, error) {
	return read(ctx, db, func(t *tx) (*Sanctions, error) {
		found, err := sqldb.List(t, readMarkedSanction, `SELECT `+banColumns+`, m.mark, b.id FROM bans b JOIN ban_marks m ON m.site = b.site AND m.ban = b.id
			WHERE b.site = $1 AND (b.until = 0 OR b.until > $2) LIMIT $3`, site, micros(t.Now), most+1)
		if err != nil || len(found) > most {
			return nil, err
		}
		all := &Sanctions{site: site, byMark: strictest(found)}
		if len(found) > 0 {
			all.key, err = t.banKey()
		}
		return all, err
	})
}

// Sanction returns what is imposed on a reader and in force; nil when nothing is.
func (db *DB) Sanction(ctx context.Context, site string, who models.Identity) (*models.Sanction, error) {
	return read(ctx, db, func(t *tx) (*models.Sanction, error) { return t.sanction(site, who) })
}

func (t *tx) sanction(site string, who models.Identity) (x *models.Sanction, err error) {
	key, err := t.banKey()
	if err != nil {
		return nil, err
	}
	byMark, err := t.sanctionsByMark([]string{site}, banHashes(key, site, who))
	for _, s := range byMark {
		x = models.Stricter(x, s)
	}
	return x, err
}
