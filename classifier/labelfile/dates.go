package labelfile

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// date is what a field says about a time. Both readings are set if it is unknown
// whether day or month comes first.
type date struct {
	dayFirst   time.Time // the zero time if there is no such day
	monthFirst time.Time
}

func (d date) empty() bool { return d.dayFirst.IsZero() && d.monthFirst.IsZero() }
func (d date) ambiguous() bool {
	return !d.dayFirst.IsZero() && !d.monthFirst.IsZero() && d.dayFirst != d.monthFirst
}

// order is what a date tells about the other dates of its file.
func (d date) order() DateOrder {
	switch {
	case d.monthFirst.IsZero() && !d.dayFirst.IsZero():
		return DayFirst
	case d.dayFirst.IsZero() && !d.monthFirst.IsZero():
		return MonthFirst
	}
	return ""
}

// in returns the date as it is read in an order.
func (d date) in(order DateOrder) time.Time {
	if order == MonthFirst {
		return d.monthFirst
	}
	return d.dayFirst
}

// certain is a date of which every part is known.
func certain(at time.Time) date { return date{at, at} }

var errDate = errors.New("created_at must be a time such as 2006-01-02T15:04:05Z, 2006-01-02 15:04, 02.01.2006 15:04 or 02/01/2006")

// layouts are tried in turn. Times without a zone are taken as UTC.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04",
	time.DateOnly, time.DateTime, "2006-01-02 15:04",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z07", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700",
	"2006-01-02 15:04:05 UTC",
	"2006/1/2", "2006/1/2 15:04", "2006/1/2 15:04:05",
}

// numeric is day, month and year with dots, or in either order with slashes or
// dashes; then perhaps a time.
var numeric = regexp.MustCompile(`^(\d{1,2})([./-])(\d{1,2})([./-])(\d{4})(?:,? +(\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?))?$`)

// maxSerial is the serial number of 9999-12-31, the last day of a spreadsheet.
const maxSerial = 2_958_466

// parseDate reads a time. Unless epoch is zero, numbers are those of a spreadsheet:
// days since then.
func parseDate(s string, epoch time.Time) (date, error) {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return numberDate(s, n, epoch)
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return certain(t.UTC()), nil
		}
	}
	m := numeric.FindStringSubmatch(s)
	if m == nil || m[2] != m[4] {
		return date{}, errDate
	}
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[3])
	year, _ := strconv.Atoi(m[5])
	clock, ok := parseClock(m[6])
	if !ok {
		return date{}, errDate
	}
	d := date{civil(year, second, first, clock), civil(year, first, second, clock)}
	if m[2] == "." { // the day is first wherever dots are used
		d.monthFirst = d.dayFirst
	}
	if d.empty() {
		return date{}, errDate
	}
	return d, nil
}

// numberDate reads the serial number of a spreadsheet, or else Unix seconds or
// milliseconds, told apart by their size: from 2001 to 2286 they have 10 digits
// and 13.
func numberDate(s string, n float64, epoch time.Time) (date, error) {
	switch {
	case !epoch.IsZero() && n >= 1 && n < maxSerial:
		return certain(serialTime(n, epoch)), nil
	case n >= 1e9 && n < 1e10 && len(s) >= 10:
		return certain(time.Unix(int64(n), int64((n-math.Floor(n))*1e9)).UTC()), nil
	case n >= 1e12 && n < 1e13:
		return certain(time.UnixMilli(int64(n)).UTC()), nil
	}
	return date{}, errDate
}

// serialTime turns days since an epoch into a time, to the second.
func serialTime(days float64, epoch time.Time) time.Time {
	whole := math.Floor(days)
	seconds := math.Round((days - whole) * 24 * 60 * 60)
	return epoch.AddDate(0, 0, int(whole)).Add(time.Duration(seconds) * time.Second)
}

func parseClock(s string) (time.Duration, bool) {
	if s == "" {
		return 0, true
	}
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	for _, layout := range []string{"15:04", "15:04:05", "3:04PM", "3:04:05PM"} {
		if t, err := time.Parse(layout, s); err == nil {
			return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second, true
		}
	}
	return 0, false
}

// civil returns the zero time for a day that does not exist, which time.Date would
// carry over into the next month.
func civil(year, month, day int, clock time.Duration) time.Time {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if year < 1000 || month < 1 || month > 12 || t.Day() != day {
		return time.Time{}
	}
	return t.Add(clock)
}
