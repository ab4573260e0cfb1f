package labelfile

import (
	"winnow/models"
)

// maxHeld is how many bytes of text are kept while the order of day and month is
// unknown.
const maxHeld = 64 << 20

// pending is a row that waits for the order of day and month in the dates.
type pending struct {
	label   models.Label
	date    date
	written string // the date as it stands in the file
	line    int
	sheet   string
	err     error
}

// push hands on a row, or keeps it while the order of its date is unknown, and
// with it all rows after it, until a date shows the order of all.
func (r *reader) push(row pending) {
	if row.err == nil {
		switch order := row.date.order(); {
		case order == "" || order == r.order:
		case r.order == "":
			r.order, r.orderLine = order, row.line
			r.release()
		case r.opt.DateOrder != "":
			row.err = badRow("the date %q is none in the order %s", row.written, r.order)
		default:
			row.err = badRow("the date %q has day and month in another order than the date in line %d; write dates as 2006-01-31", row.written, r.orderLine)
		}
	}
	if len(r.held) == 0 && (r.order != "" || row.err != nil || !row.date.ambiguous()) {
		r.emit(row)
		return
	}
	r.held = append(r.held, row)
	if r.heldSize += len(row.label.Text) + 500; r.heldSize > maxHeld {
		r.stop(r.ambiguous())
	}
}

// release hands on the rows that waited.
func (r *reader) release() {
	for _, row := range r.held {
		r.emit(row)
	}
	r.held, r.heldSize = nil, 0
}

// endDates refuses the file if no date in it showed the order.
func (r *reader) endDates() error {
	if len(r.held) == 0 {
		return nil
	}
	return r.ambiguous()
}

func (r *reader) ambiguous() error {
	first := r.held[0]
	r.sheet = first.sheet
	return r.at(first.line, badRow("the date %q can be %s or %s, and no other date of the file tells; name the order with --date-order dmy or --date-order mdy",
		first.written, first.date.dayFirst.Format("2 January"), first.date.monthFirst.Format("2 January")))
}

// stop ends the sequence with an error.
func (r *reader) stop(err error) {
	if !r.stopped {
		r.yield(models.Label{}, err)
		r.stopped = true
	}
}
