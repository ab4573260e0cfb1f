package browsertest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"winnow/models"
)

// watch measures what a reader waits for: when the first comment stands in the page, what
// moves meanwhile, and the longest task that keeps the page from answering.
const watch = `(() => {
	window.seen = 0; window.moved = 0; window.longest = 0;
	new PerformanceObserver((list) => { for (const e of list.getEntries()) moved += e.value }).observe({ type: "layout-shift", buffered: true });
	new PerformanceObserver((list) => { for (const e of list.getEntries()) longest = Math.max(longest, e.duration) }).observe({ type: "longtask", buffered: true });
	const look = () => {
		if (document.querySelector("winnow-comments")?.shadowRoot?.querySelector("article")) seen = performance.now();
		else requestAnimationFrame(look);
	};
	look();
})()`

// BenchmarkElement measures the element at 150 ms of latency, with 200 and 5,000 comments on
// the page.
func BenchmarkElement(b *testing.B) {
	for _, n := range []int{200, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := newTestServer(b, models.ModePost)
			threads := make([]object, n/4)
			for i := range threads {
				c := func(id string, more object) object {
					c := object{"id": id, "depth": 0, "author": object{"name": "Ilse"}, "body": "The bread was worth the wait.", "created_at": "2026-01-01T12:00:00Z"}
					for k, v := range more {
						c[k] = v
					}
					return c
				}
				root := fmt.Sprintf("r%d", i)
				replies := make([]object, 3)
				for j := range replies {
					replies[j] = c(fmt.Sprintf("%s-%d", root, j), object{"root_id": root, "parent_id": root, "depth": 1})
				}
				threads[i] = c(root, object{"replies": replies})
			}
			data, err := json.Marshal(object{"article": object{"id": "welcome"}, "total": n, "threads": threads})
			d.must(err)
			inPage := strings.Replace(plainComments, "></", `><script type="application/json">`+string(data)+`</script></`, 1)
			d.post(1, "Ilse", "The bread was worth the wait.")
			address := d.newspaper(map[string]string{
				"/page": story(`lang="en"`, "/plain.css", inPage), "/list": story(`lang="en"`, "/plain.css", plainComments), "/plain.css": plainStyle,
			})
			for _, path := range []string{"/list", "/page"} {
				p := d.openURL(address + "/plain.css") // of the same origin: its process stays
				_, err = chromedp.Call(p.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
				d.must(err)
				_, err = chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
					MatchedNetworkConditions: []*network.Conditions{{Latency: 150, DownloadThroughput: -1, UploadThroughput: -1}},
				})
				d.must(err)
				p.onLoad(watch)
				p.run(chromedp.Navigate(address + path))
				p.waitFor(`window.seen > 0`)
				p.waitFor(`(window.idle ??= new Promise((done) => setTimeout(done, 500)).then(() => { window.rested = true }), window.rested)`)
				for _, value := range []string{"seen", "longest", "moved"} {
					var measured float64
					d.must(json.Unmarshal([]byte(p.evaluate(value)), &measured))
					b.ReportMetric(measured, strings.TrimPrefix(path, "/")+"-"+value)
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
