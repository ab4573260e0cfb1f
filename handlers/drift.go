package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"winnow/classifier/drift"
)

// modelDrift returns how far the comments of one site, or of all that the caller sees,
// are from those that the live model began with.
func (s *Server) modelDrift(c echo.Context) error {
	q := queryOf(c)
	site := q.site()
	if err := q.err(); err != nil {
		return err
	}
	ctx, by := c.Request().Context(), caller(c)
	if err := s.visible(ctx, by, site); err != nil {
		return err
	}
	all, err := s.traffic.Drift(ctx)
	if err != nil {
		return err
	}
	found := list[drift.Site]{Items: []drift.Site{}}
	for _, d := range all {
		if by.CanSee(d.Site) && (site == "" || d.Site == site) {
			found.Items = append(found.Items, d.In(c.QueryParam("lang")))
		}
	}
	return c.JSON(http.StatusOK, found)
}

var (
	driftDesc      = siteGauge("winnow_drift_state", "How far the comments are from those that the live model began with: 0 stable or unknown, 1 watch, 2 drifting.")
	psiDesc        = siteGauge("winnow_score_stability_index", "Population stability index of the scores of the last day.")
	unknownDesc    = siteGauge("winnow_unknown_words_ratio", "Share of the words of the last day that the live model does not know.")
	heldDesc       = siteGauge("winnow_held_ratio", "Share of the comments of the last day that were held on arrival.")
	overturnedDesc = siteGauge("winnow_overturned_ratio", "Share of the decisions of the last day that contradict the machine.")
)

func siteGauge(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, []string{"site"}, nil)
}

// collectDrift sends what was last computed of the drift of each site.
func (g gauges) collectDrift(ch chan<- prometheus.Metric) {
	for _, s := range g.s.traffic.LastDrift() {
		ch <- prometheus.MustNewConstMetric(driftDesc, prometheus.GaugeValue, float64(drift.Level(s.State)), s.Site)
		if len(s.Days) == 0 {
			continue
		}
		last := s.Days[len(s.Days)-1]
		for _, m := range []struct {
			desc  *prometheus.Desc
			value *float64
		}{{psiDesc, last.PSI}, {unknownDesc, last.Unknown}, {heldDesc, last.Held}, {overturnedDesc, last.Overturned}} {
			if m.value != nil {
				ch <- prometheus.MustNewConstMetric(m.desc, prometheus.GaugeValue, *m.value, s.Site)
			}
		}
	}
}
