package handlers

import (
	"errors"
	"testing"

	"winnow/models"
)

func TestOptionalIsAbsentNullOrValue(t *testing.T) {
	type request struct {
		Number Optional[int]      `json:"number"`
		Texts  Optional[[]string] `json:"texts"`
	}
	for _, test := range []struct {
		json          string
		present, null bool
		set           int  // what Set makes of 7
		pointer       *int // what SetPointer makes of a pointer to 7
	}{
		{`{}`, false, false, 7, new(7)},
		{`{"number": null}`, true, true, 0, nil},
		{`{"number": 0}`, true, false, 0, new(0)},
		{`{"number": 3}`, true, false, 3, new(3)},
		{`{"NUMBER": 3}`, true, false, 3, new(3)},
	} {
		var r request
		if err := parse([]byte(test.json), &r); err != nil {
			t.Fatal(err)
		}
		if r.Number.Present != test.present || r.Number.Null != test.null || r.Texts.Present {
			t.Errorf("%s is read as %+v", test.json, r)
		}
		if v, ok := r.Number.Get(); ok != (test.present && !test.null) || ok && v != test.set {
			t.Errorf("%s: Get returns %d, %v", test.json, v, ok)
		}
		set := 7
		if r.Number.Set(&set); set != test.set {
			t.Errorf("%s: Set makes %d of 7, want %d", test.json, set, test.set)
		}
		old := 7
		pointer := &old
		r.Number.SetPointer(&pointer)
		if (pointer == nil) != (test.pointer == nil) || pointer != nil && *pointer != *test.pointer || old != 7 {
			t.Errorf("%s: SetPointer makes %v of 7, and the old value is now %d", test.json, pointer, old)
		}
	}
}

func TestOptionalErrorsNameTheField(t *testing.T) {
	for json, want := range map[string]models.FieldError{
		`{"name": 1}`:                         {Field: "name", Code: models.FieldWrongType, Message: "must not be of type number"},
		`{"thresholds": {"hold": "a"}}`:       {Field: "thresholds.hold", Code: models.FieldWrongType, Message: "must not be of type string"},
		`{"surge": {"count": 1.5}}`:           {Field: "surge.count", Code: models.FieldWrongType, Message: "must not be of type number 1.5"},
		`{"thresholds": []}`:                  {Field: "thresholds", Code: models.FieldWrongType, Message: "must not be of type array"},
		`{"name": "a", "name": null}`:         {Field: "name", Code: models.FieldDuplicate, Message: "is a duplicate"},
		`{"surge": {"count": 1, "Count": 2}}`: {Field: "surge.Count", Code: models.FieldDuplicate, Message: "is a duplicate"},
	} {
		var p sitePatch
		var bad *models.Error
		if err := parse([]byte(json), &p); !errors.As(err, &bad) || len(bad.Fields) != 1 || bad.Fields[0] != want {
			t.Errorf("%s: %v with %+v, want %+v", json, err, bad, want)
		}
	}
}

// A patch must leave the old record as it was: storage compares it with the new
// one, and writes both into the audit trail.
func TestPatchesDoNotChangeTheOldRecord(t *testing.T) {
	half, origins, reasons := 0.5, []string{"https://old.example"}, []models.SiteReason{{ID: "old", Name: "Old"}}
	old := models.Site{
		Name: "Old", Origins: origins, Reasons: reasons, SecondLook: &half, Thresholds: models.Thresholds{Hold: &half, Reject: &half},
	}
	site := old
	var p sitePatch
	if err := parse([]byte(`{"origins": ["https://new.example"], "reasons": [{"id": "new", "name": "New"}], "second_look": 0.1,
		"thresholds": {"hold": 0.2}}`), &p); err != nil {
		t.Fatal(err)
	}
	if err := p.apply(&site); err != nil {
		t.Fatal(err)
	}
	if *site.Thresholds.Hold != 0.2 || *site.Thresholds.Reject != 0.5 || *site.SecondLook != 0.1 || site.Origins[0] != "https://new.example" || site.Reasons[0].ID != "new" {
		t.Errorf("changed to %+v", site)
	}
	if half != 0.5 || origins[0] != "https://old.example" || reasons[0].ID != "old" {
		t.Errorf("the old site is now %+v with %v", old, half)
	}

	burst := models.Burst{Count: 1, Minutes: 5, HoldMinutes: 30}
	entry := models.ArticleEntry{State: models.ArticleOpen, Burst: &burst}
	var a articlePatch
	if err := parse([]byte(`{"surge": {"count": 2}}`), &a); err != nil {
		t.Fatal(err)
	}
	if err := a.apply(&entry, entry.ActiveAt); err != nil {
		t.Fatal(err)
	}
	if want := (models.Burst{Count: 2, Minutes: 5, HoldMinutes: 30}); *entry.Burst != want || burst.Count != 1 {
		t.Errorf("the burst limit is %+v, the old one is now %+v", *entry.Burst, burst)
	}
}
