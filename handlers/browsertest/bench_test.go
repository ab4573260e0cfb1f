package browsertest

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"testing"

	"winnow/models"
	"winnow/storage/storagetest"
)

// timed is a script that measures, for each key, the milliseconds until a frame
// with another comment is on the screen. A timer that is set in a frame runs
// after that frame was drawn.
const timed = `(() => {
	window.times = [];
	const opened = () => document.querySelector("#comment .open")?.dataset.id;
	addEventListener("keydown", ({ timeStamp: began }) => {
		const before = opened();
		const look = () => {
			const now = opened();
			if (now && now !== before) setTimeout(() => times.push(performance.now() - began));
			else requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	}, true);
})()`

// BenchmarkNextComment measures what a moderator waits for after each decision,
// at a hundred thousand comments that wait.
func BenchmarkNextComment(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { nextComment(b, storagetest.ReadySQLiteURL(b), "") })
	b.Run("PostgreSQL and Redis", func(b *testing.B) { nextComment(b, storagetest.ReadyPostgresURL(b), storagetest.Redis(b).URL) })
}

func nextComment(b *testing.B, database, redisURL string) {
	const pending, decisions = 100_000, 200
	out, err := exec.CommandContext(b.Context(), "go", "run", "winnow/cmd/fill", "--database", database,
		"--comments", fmt.Sprint(2*pending), "--pending", fmt.Sprint(pending)).CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	d := newTestServerOn(b, database, redisURL, models.ModePre)
	queue, err := d.db.Queue(b.Context(), operator, models.QueueFilter{Limit: 1})
	d.must(err)
	p := d.login("alice")
	p.waitFor(opened + ` !== ""`)
	p.evaluate(timed)
	for n := range decisions {
		p.keys("a")
		p.waitFor(fmt.Sprintf(`times.length === %d`, n+1))
	}
	d.waitFor(func() bool {
		now, err := d.db.Queue(b.Context(), operator, models.QueueFilter{Limit: 1})
		d.must(err)
		return now.Total == queue.Total-decisions
	})
	var times []float64
	d.must(json.Unmarshal([]byte(p.evaluate(`JSON.stringify(times)`)), &times))
	slices.Sort(times)
	for _, share := range []int{50, 95, 99} {
		b.ReportMetric(times[len(times)*share/100], fmt.Sprintf("p%d-ms", share))
	}
	b.ReportMetric(p.cardsTime(), "cards-ms")
	b.ReportMetric(float64(queue.Total), "pending")
	b.ReportMetric(0, "ns/op")
}

// cardsTime is the time until "Many at once" shows its cards, in milliseconds.
func (p *tab) cardsTime() (ms float64) {
	p.Helper()
	p.evaluate(`(() => {
		const began = performance.now();
		location.hash = "cards";
		const look = () => {
			if (document.querySelectorAll("#list .card-key:not(:empty)").length === 24) setTimeout(() => window.cardsTime = performance.now() - began);
			else requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	})()`)
	p.waitFor(`window.cardsTime > 0`)
	if err := json.Unmarshal([]byte(p.evaluate(`String(window.cardsTime)`)), &ms); err != nil {
		p.Fatal(err)
	}
	return ms
}
