package sqldb

import (
	"context"
	"encoding/binary"
	"sync"
	"time"
)

// unusedSpace overwrites what is left in the unused space of a SQLite file's pages.
// SQLite's secure_delete overwrites rows that are deleted. When a page is split or joined
// with another one, rows move: their bytes stay in the old place until the page is full
// again, and a later deletion does not reach them.
type unusedSpace struct {
	mu      sync.Mutex
	current *unusedSweep // nil when there is none
	next    *unusedSweep // asked for while one runs, which may have passed what it is for
}

// unusedSweep is one reading of the whole file.
type unusedSweep struct {
	done chan struct{} // closed at its end
	err  error
}

const (
	sweepPages = 256 // looked at in one read
	sweepBatch = 32  // changed in one transaction
)

// sweepUnused starts a sweep in the background, and returns it. One that has not begun
// yet serves all who ask.
func (db *DB) sweepUnused() *unusedSweep {
	u := &db.unused
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.next != nil {
		return u.next
	}
	asked := &unusedSweep{done: make(chan struct{})}
	if u.current != nil {
		u.next = asked
		return asked
	}
	u.current = asked
	db.background.Go(func() {
		for s := asked; s != nil; {
			if s.err = db.clearUnused(db.running); s.err != nil && db.running.Err() == nil {
				db.opt.Log.Error("overwriting unused space of the database file", "error", s.err)
			}
			close(s.done)
			u.mu.Lock()
			s, u.next = u.next, nil
			u.current = s
			u.mu.Unlock()
		}
	})
	return asked
}

// clearUnused reads all pages of the file and clears those that need it. It rests as long
// as it works, so that it never takes more than half of a processor.
func (db *DB) clearUnused(ctx context.Context) error {
	pages, err := Read(ctx, db, Exporting, func(t *Tx) (int64, error) {
		return One(t, ScanOne[int64], `SELECT page_count FROM pragma_page_count WHERE (SELECT auto_vacuum FROM pragma_auto_vacuum) = 0`)
	})
	if err != nil {
		return err
	}
	if pages >= maxSweptPages {
		db.opt.Log.Warn("the database file is too large for its unused space to be overwritten: run VACUUM", "pages", pages)
		return nil
	}
	cleared := false
	for first := int64(1); first <= pages; first += sweepPages {
		began := time.Now()
		dirty, err := Read(ctx, db, Exporting, func(t *Tx) ([]int64, error) { return t.pagesToClear(first, min(first+sweepPages-1, pages)) })
		for len(dirty) > 0 && err == nil {
			part := dirty[:min(sweepBatch, len(dirty))]
			dirty, cleared = dirty[len(part):], true
			_, err = Update(ctx, db, func(t *Tx) (none struct{}, err error) { return none, t.clearPages(part) })
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Since(began)):
		}
	}
	if !cleared {
		return nil
	}
	return db.emptyLog(ctx) // its pages are in the file when they have left the log
}

type numberedPage struct {
	number int64
	data   []byte
}

func readNumberedPage(scan Scanner) (p numberedPage, err error) {
	err = scan(&p.number, &p.data)
	return p, err
}

func (t *Tx) pagesToClear(first, last int64) (dirty []int64, err error) {
	pages, err := List(t, readNumberedPage, `WITH RECURSIVE numbers(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2)
		SELECT pgno, data FROM numbers CROSS JOIN sqlite_dbpage WHERE pgno = n`, first, last)
	for _, p := range pages {
		if clearPage(p) {
			dirty = append(dirty, p.number)
		}
	}
	return dirty, err
}

func (t *Tx) clearPages(numbers []int64) error {
	for _, n := range numbers {
		p, err := One(t, readNumberedPage, `SELECT pgno, data FROM sqlite_dbpage WHERE pgno = $1`, n)
		if err != nil {
			return err
		}
		if !clearPage(p) {
			continue
		}
		if _, err := t.Exec(`UPDATE sqlite_dbpage SET data = $1 WHERE pgno = $2`, p.data, n); err != nil {
			return err
		}
	}
	return nil
}

// maxSweptPages is where the first byte of a page that is not of a tree, the highest of
// the number of another page, could be taken for the type of a tree's page: 128 GiB.
const maxSweptPages = 2 << 24

// The form of a page is that of SQLite's file format, section "B-tree Pages".
const (
	pageHeaderOfFile = 100 // bytes before the header of page 1
	indexInterior    = 2
	tableInterior    = 5
	indexLeaf        = 10
	tableLeaf        = 13
)

// clearPage overwrites the space between the list of a page's cells and the cells, and
// reports whether there was anything. Freed cells within are overwritten by SQLite.
func clearPage(p numberedPage) (changed bool) {
	header := p.data
	if p.number == 1 && len(p.data) > pageHeaderOfFile {
		header = p.data[pageHeaderOfFile:]
	}
	if len(header) < 12 {
		return false
	}
	size := 8 // of the header
	switch header[0] {
	case indexLeaf, tableLeaf:
	case indexInterior, tableInterior:
		size = 12
	default:
		return false
	}
	begin := len(p.data) - len(header) + size + 2*int(binary.BigEndian.Uint16(header[3:]))
	end := int(binary.BigEndian.Uint16(header[5:]))
	if end == 0 {
		end = 1 << 16
	}
	if end > len(p.data) {
		return false
	}
	for i := begin; i < end; i++ {
		changed = changed || p.data[i] != 0
		p.data[i] = 0
	}
	return changed
}
