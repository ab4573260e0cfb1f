package handlers

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"winnow/models"
)

// metrics are the server's Prometheus metrics, in a registry of its own.
type metrics struct {
	handler         http.Handler
	requests        *prometheus.CounterVec
	duration        *prometheus.HistogramVec
	comments        *prometheus.CounterVec
	refusals        *prometheus.CounterVec
	nameless        *prometheus.CounterVec
	limiterFailures prometheus.Counter
	logins          *prometheus.CounterVec
	proofs          *prometheus.CounterVec
	attacks         *prometheus.CounterVec
}

func (s *Server) newMetrics() *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "winnow_requests_total", Help: "HTTP requests by route and status.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "winnow_request_seconds", Help: "Time to the reply, by route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"route"}),
		comments: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "winnow_comments_total", Help: "Comments accepted, by status.",
		}, []string{"status"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "winnow_limited_total", Help: "Requests refused by a rate limit, by its name.",
		}, []string{"limit"}),
		nameless: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "winnow_nameless_total", Help: "Comments and reports of sites' servers that named no client, by site.",
		}, []string{"site"}),
		limiterFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "winnow_limiter_failures_total", Help: "Requests allowed without a check because the limiter failed.",
		}),
		logins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "winnow_logins_total", Help: "Logins by result: accepted, wrong (name or password), wrong_code, limited, busy.",
		}, []string{"result"}),
	}
	m.proofs = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "winnow_proofs_of_work_total", Help: "Posts that had to come with a proof of work, by result: given, asked (refused without one).",
	}, []string{"result"})
	m.attacks = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "winnow_attacks_total", Help: "Times that this node saw unusually much spam, by site.",
	}, []string{"site"})
	r := prometheus.NewRegistry()
	r.MustRegister(
		m.requests, m.duration, m.comments, m.refusals, m.nameless, m.limiterFailures, m.logins, m.proofs, m.attacks, gauges{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	if s.redis != nil {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "winnow_limiter_fallbacks_total", Help: "Calls for limits, campaigns and events that were handled in process because Redis did not answer in time.",
		}, func() float64 { return float64(s.redis.Fallbacks()) }))
	}
	m.handler = promhttp.HandlerFor(r, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	return m
}

// observe counts one answered request. All paths without a route share one label,
// and all other methods another: clients must not be able to create labels.
func (m *metrics) observe(c echo.Context, took time.Duration) {
	route, method := c.Path(), c.Request().Method
	if route == "" {
		route = "none"
	}
	if !safeMethod(method) && method != http.MethodPost {
		method = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(c.Response().Status)).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}

var (
	pendingDesc = prometheus.NewDesc("winnow_queue_pending", "Pending comments.", nil, nil)
	searchDesc  = prometheus.NewDesc("winnow_search_lag_seconds", "How long the oldest comment that is not in the search index has waited.", nil, nil)
	modelDesc   = prometheus.NewDesc("winnow_model_info", "Version of the live model; the value is always 1.", []string{"version"}, nil)
)

// gauges are computed when the metrics are scraped.
type gauges struct{ s *Server }

func (g gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{pendingDesc, searchDesc, modelDesc, driftDesc, psiDesc, unknownDesc, heldDesc, overturnedDesc} {
		ch <- d
	}
}

func (g gauges) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.MustNewConstMetric(modelDesc, prometheus.GaugeValue, 1, g.s.node.Model().Version())
	g.collectDrift(ch)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if lag, err := g.s.db.SearchLag(ctx); err != nil {
		g.s.log.WarnContext(ctx, "reading the lag of the search index for the metrics failed", "error", err)
	} else {
		ch <- prometheus.MustNewConstMetric(searchDesc, prometheus.GaugeValue, lag.Seconds())
	}
	page, err := g.s.db.Queue(ctx, models.Caller{Kind: models.ByCommand}, models.QueueFilter{Limit: 1})
	if err != nil {
		g.s.log.WarnContext(ctx, "counting the queue for the metrics failed", "error", err)
		return
	}
	ch <- prometheus.MustNewConstMetric(pendingDesc, prometheus.GaugeValue, float64(page.Total))
}
