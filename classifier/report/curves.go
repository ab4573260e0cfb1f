package report

import (
	"fmt"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// Curve is one line of a plot.
type Curve struct {
	Name string
	X, Y []float64 // of the same length
}

// WriteCurves draws curves whose Y is from 0 to 1 to a file, in the format that the
// end of its name says, such as .svg or .png.
func WriteCurves(file, title, x, y string, curves []Curve) error {
	p := newPlot(title, x, y)
	p.Y.Max = 1
	for i, c := range curves {
		xy := make(plotter.XYs, len(c.X))
		for j := range xy {
			xy[j] = plotter.XY{X: c.X[j], Y: c.Y[j]}
		}
		if err := line(p, c.Name, xy, plotutil.Color(i)); err != nil {
			return err
		}
	}
	if err := p.Save(16*vg.Centimeter, 12*vg.Centimeter, file); err != nil {
		return fmt.Errorf("write the plot %s: %w", file, err)
	}
	return nil
}
