package labelfile

import (
	"strings"
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	for written, want := range map[string]string{
		"2026-11-28T14:03:05Z":      "2026-11-28T14:03:05Z",
		"2026-11-28T14:03:05.25Z":   "2026-11-28T14:03:05.25Z",
		"2026-11-28T14:03:05+01:00": "2026-11-28T13:03:05Z",
		"2026-11-28T14:03:05":       "2026-11-28T14:03:05Z",
		"2026-11-28":                "2026-11-28T00:00:00Z",
		"2026-11-28 14:03":          "2026-11-28T14:03:00Z",
		"2026-11-28 14:03:05":       "2026-11-28T14:03:05Z",
		"2026-11-28 14:03:05.123":   "2026-11-28T14:03:05.123Z",
		"2026-11-28 14:03:05+01":    "2026-11-28T13:03:05Z",
		"2026-11-28 14:03:05 UTC":   "2026-11-28T14:03:05Z",
		"2026/11/28":                "2026-11-28T00:00:00Z",
		"28.11.2026":                "2026-11-28T00:00:00Z",
		"3.4.2026":                  "2026-04-03T00:00:00Z",
		"28.11.2026 14:03":          "2026-11-28T14:03:00Z",
		"28.11.2026, 14:03:05":      "2026-11-28T14:03:05Z",
		"28/11/2026":                "2026-11-28T00:00:00Z",
		"11/28/2026":                "2026-11-28T00:00:00Z",
		"28-11-2026":                "2026-11-28T00:00:00Z",
		"11/28/2026 2:03 PM":        "2026-11-28T14:03:00Z",
		"04/04/2026":                "2026-04-04T00:00:00Z",
		"1795874580":                "2026-11-28T14:03:00Z",
		"1795874580000":             "2026-11-28T14:03:00Z",
		"":                          "0001-01-01T00:00:00Z",
		"  ":                        "0001-01-01T00:00:00Z",
		"29.02.2025":                "", "31/31/2026": "", "11.28.2026": "", "28.11/2026": "", "28.11.26": "", "46354": "", "2026": "",
		"28.11.2026 25:00": "", "2026-11-28 14:03:05 CET": "", "NaN": "", "Inf": "", "1e300": "", "-1": "", "0/0/2026": "",
	} {
		labels, faults := readAll("a.csv", "text;label;date\na;ham;"+written+"\n", Options{})
		switch {
		case want == "" && (len(labels) != 0 || len(faults) != 1 || !strings.Contains(faults[0], "a.csv:2: created_at must be a time")):
			t.Errorf("%q: %v %v", written, labels, faults)
		case want != "" && (len(faults) > 0 || labels[0].CreatedAt.Format(time.RFC3339Nano) != want):
			t.Errorf("%q: %v %v", written, labels, faults)
		}
	}
}

func TestDateOrder(t *testing.T) {
	const dates = "text;label;date\na;ham;04.03.2026\nb;ham;03/04/2026\nc;bad;\nd;ham;05/04/2026 9:30\n"
	dated := func(content string, opt Options) (all string) {
		t.Helper()
		for l, err := range Read(strings.NewReader(content), "a.csv", opt) {
			if err != nil {
				all += err.Error() + "\n"
			} else {
				all += l.Text + l.CreatedAt.Format(" 2006-01-02T15:04\n")
			}
		}
		return all
	}
	for _, c := range []struct {
		name, content string
		order         DateOrder
		want          []string // beginnings of lines
	}{
		{
			"a later date tells day first", dates + "e;ham;28/04/2026\nf;ham;06/04/2026\n", "",
			[]string{"a 2026-03-04T00:00", "b 2026-04-03T00:00", "a.csv:4: label must be", "d 2026-04-05T09:30", "e 2026-04-28", "f 2026-04-06"},
		},
		{
			"a later date tells month first", dates + "e;ham;04/28/2026\nf;ham;06/04/2026\n", "",
			[]string{"a 2026-03-04T00:00", "b 2026-03-04T00:00", "a.csv:4: label must be", "d 2026-05-04T09:30", "e 2026-04-28", "f 2026-06-04"},
		},
		{"no date tells", dates, "", []string{"a 2026-03-04", `a.csv:3: the date "03/04/2026" can be 3 April or 4 March, and no other date of the file tells; name the order with --date-order dmy or --date-order mdy`}},
		{"the option tells", dates, DayFirst, []string{"a 2026-03-04T00:00", "b 2026-04-03", "a.csv:4: label must be", "d 2026-04-05T09:30"}},
		{"the option tells", dates, MonthFirst, []string{"a 2026-03-04T00:00", "b 2026-03-04", "a.csv:4: label must be", "d 2026-05-04T09:30"}},
		{
			"a date that contradicts", "text;label;date\na;ham;28/04/2026\nb;ham;04/28/2026\nc;ham;03/04/2026\n", "",
			[]string{"a 2026-04-28", `a.csv:3: the date "04/28/2026" has day and month in another order than the date in line 2`, "c 2026-04-03"},
		},
		{"a date that contradicts the option", "text;label;date\na;ham;28/04/2026\n", MonthFirst, []string{`a.csv:2: the date "28/04/2026" is none in the order mdy`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Split(strings.TrimSpace(dated(c.content, Options{DateOrder: c.order})), "\n")
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], c.want[i]) {
					t.Errorf("got %q, want %q", got[i], c.want[i])
				}
			}
		})
	}
}

func TestDateOrderIsNotWaitedForForever(t *testing.T) {
	long := strings.Repeat("x", 1<<19)
	content := "text;label;date\n" + strings.Repeat(long+";ham;03/04/2026\n", maxHeld/len(long)+2) + "x;ham;28/04/2026\n"
	rows := 0
	var last error
	for _, err := range Read(strings.NewReader(content), "a.csv", Options{}) {
		rows, last = rows+1, err
	}
	if rows != 1 || last == nil || !strings.Contains(last.Error(), "--date-order") {
		t.Errorf("%d rows, %v", rows, last)
	}
}

func TestCallerStops(t *testing.T) {
	content := "text;label;date\na;ham;03/04/2026\nb;ham;03/04/2026\nc;ham;28/04/2026\nd;ham;\n"
	for n := 1; n <= 4; n++ {
		rows := 0
		for range Read(strings.NewReader(content), "a.csv", Options{}) {
			if rows++; rows == n {
				break
			}
		}
		if rows != n {
			t.Errorf("%d rows after stopping at %d", rows, n)
		}
	}
}
