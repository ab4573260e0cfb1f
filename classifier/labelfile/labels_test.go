package labelfile

import (
	"testing"

	"winnow/models"
)

func TestLabelsAreMapped(t *testing.T) {
	toxic := map[string]models.Class{"1": models.Spam, "0": models.Ham, "Toxic": models.Abuse, "not spam": models.Ham}
	for _, c := range []struct {
		content string
		opt     Options
		rows    []string
	}{
		{"text,label\na,HAM\nb,Spam\nc,aBuSe\n", Options{}, []string{"ham a", "spam b", "abuse c"}},
		{"text,label\na,0\nb,1\nc,1.0\nd,toxic\ne, Not Spam \nf,ham\n", Options{LabelMap: toxic}, []string{"ham a", "spam b", "spam c", "abuse d", "ham e", "ham f"}},
		{"text,is_spam\na,0\nb,1\nc,TRUE\nd,false\ne,ja\nf,nein\ng,spam\nh,0.0\n", Options{}, []string{"ham a", "spam b", "spam c", "ham d", "spam e", "ham f", "spam g", "ham h"}},
		{"text,toxic\na,0\nb,1\n", Options{}, []string{"ham a", "abuse b"}},
		{"text,Is Spam,label\na,0,x\nb,1,y\n", Options{Columns: map[string]string{"label": "Is Spam"}}, []string{"ham a", "spam b"}},
		{"text,is_spam\na,0\nb,1\n", Options{LabelMap: map[string]models.Class{"1": models.Abuse}}, []string{"ham a", "abuse b"}},
	} {
		checkRows(t, "a.csv", c.content, c.opt, c.rows)
	}
	checkRows(t, "a.jsonl", `{"text":"a","label":1}`+"\n"+`{"text":"b","label":"0"}`+"\n"+`{"text":"c","label":"TOXIC"}`, Options{LabelMap: toxic}, []string{"spam a", "ham b", "abuse c"})
	checkRows(t, "a.jsonl", `{"text":"a","is_spam":true}`+"\n"+`{"text":"b","is_spam":0}`+"\n"+`{"text":"c","label":"ham","is_spam":true}`, Options{}, []string{"spam a", "ham b", "ham c"})
}

func TestUnknownLabelsNameTheFlag(t *testing.T) {
	for value, want := range map[string]string{
		"1":       `label must be ham, spam or abuse, not "1"; say what it means, such as --label-map 1=spam,0=ham`,
		"TRUE":    `label must be ham, spam or abuse, not "TRUE"; say what it means, such as --label-map TRUE=spam,FALSE=ham`,
		"toxic":   `label must be ham, spam or abuse, not "toxic"; say what it means: --label-map toxic=abuse, or =ham, or =spam`,
		"no spam": `label must be ham, spam or abuse, not "no spam"; say what it means: --label-map 'no spam=abuse', or =ham, or =spam`,
		"":        "label is missing",
	} {
		checkRows(t, "a.csv", "text,label\na,"+value+"\n", Options{}, nil, "a.csv:2: "+want)
	}
	checkRows(t, "a.jsonl", `{"text":"a","label":true}`, Options{}, nil, `a.jsonl:1: label must be ham, spam or abuse, not "true"; say what it means, such as --label-map TRUE=spam`)
}

func TestJSONLines(t *testing.T) {
	labels, faults := readAll("a.jsonl", `{"id":17,"Text":"a","label":"ham","created_at":"","author":null,"site":4}`+"\n"+
		`{"id":12345678901234567890,"text":"b","label":"spam","created_at":1795874580,"selected_by":"held","selection_rate":1}`, Options{})
	if len(faults) > 0 || len(labels) != 2 || labels[0].ID != "17" || labels[0].Site != "4" || !labels[0].CreatedAt.IsZero() ||
		labels[1].ID != "12345678901234567890" || labels[1].CreatedAt.Unix() != 1795874580 || labels[1].SelectedBy != models.SelectedHeld || labels[1].SelectionRate != 1 {
		t.Errorf("%+v %q", labels, faults)
	}
	for content, want := range map[string]string{
		`{"Beitragstext":"a","label":"ham"}`:                   `a.jsonl:1: text is missing: the row has "Beitragstext", "label"; name the fields with --columns text=NAME,label=NAME`,
		`{"comment":"a","content":"b","label":"ham"}`:          `a.jsonl:1: more than one field can be the text; name it, such as --columns text=comment`,
		`{"text":"a","label":"ham","author":{"name":"x"}}`:     `a.jsonl:1: not a label row in JSON: field "author" cannot be object`,
		`{"text":"a","label":["ham"]}`:                         `a.jsonl:1: not a label row in JSON: field "label" cannot be array`,
		`{"text":"a","label":"ham","site":true}`:               `a.jsonl:1: not a label row in JSON: field "site" cannot be bool`,
		`{}`:                                                   `a.jsonl:1: text is missing or empty`,
		`null`:                                                 `a.jsonl:1: text is missing or empty`,
		`text,label`:                                           `a.jsonl:1: not a label row in JSON: invalid character 'e' in literal true (expecting 'r'); if the file is a table, name it .csv`,
		`{"text":"a","label":"ham","selected_by":"me"}`:        `a.jsonl:1: selected_by must be held, sample, report, vouched, import or shadow, not "me"`,
		`{"text":"a","label":"ham","selection_rate":"1.5"}`:    `a.jsonl:1: selection_rate must be a probability from 0 to 1, not "1.5"`,
		`{"text":"a","label":"ham","created_at":"yesterday"}`:  `a.jsonl:1: created_at must be a time such as`,
		`{"text":"a","label":"ham","created_at":"2026-13-01"}`: `a.jsonl:1: created_at must be a time such as`,
	} {
		checkRows(t, "a.jsonl", content, Options{}, nil, want)
	}
}

func TestOptions(t *testing.T) {
	columns, err := ParseColumns(`text=Kommentar, Label=Ist=Spam,"author=Name, voll"`)
	if err != nil || columns["text"] != "Kommentar" || columns["label"] != "Ist=Spam" || columns["author"] != "Name, voll" {
		t.Error(columns, err)
	}
	classes, err := ParseLabelMap("1=Spam, 0=ham,a=b=abuse,nicht ok=spam")
	if err != nil || classes["1"] != models.Spam || classes["0"] != models.Ham || classes["a=b"] != models.Abuse || classes["nicht ok"] != models.Spam {
		t.Error(classes, err)
	}
	for name, want := range map[string]rune{"comma": ',', "Semicolon": ';', "tab": '\t', `\t`: '\t', "pipe": '|', "^": '^'} {
		if got, err := ParseSeparator(name); got != want || err != nil {
			t.Error(name, got, err)
		}
	}
	bad := func(_ any, err error) {
		t.Helper()
		if models.KindOf(err) != models.KindInvalid {
			t.Errorf("%v is not invalid", err)
		}
	}
	bad(ParseColumns("text"))
	bad(ParseColumns("text=a,text=b"))
	bad(ParseLabelMap("=spam"))
	bad(ParseSeparator("dot"))
	bad(ParseSeparator("§"))
	bad(nil, Options{Columns: map[string]string{"words": "a"}}.Validate())
	bad(nil, Options{Columns: map[string]string{"text": " "}}.Validate())
	bad(nil, Options{LabelMap: map[string]models.Class{"1": "bad"}}.Validate())
	bad(nil, Options{Encoding: "ascii85"}.Validate())
	bad(nil, Options{Separator: '"'}.Validate())
	bad(nil, Options{DateOrder: "ymd"}.Validate())
	_, faults := readAll("a.csv", "text,label\na,ham\n", Options{DateOrder: "ymd"})
	if len(faults) != 1 {
		t.Error(faults)
	}
}
