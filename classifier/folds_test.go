package classifier

import "testing"

func TestGroupsAreInOneFold(t *testing.T) {
	tr := &trainer{folds: 5}
	add := func(class int8, cluster, group uint32) {
		tr.texts = append(tr.texts, labelledText{class: class, cluster: cluster, group: group})
		tr.keys = append(tr.keys, uint64(len(tr.keys))*0x9e3779b97f4a7c15)
	}
	for i := range uint32(100) { // four clusters of copies a group
		add(0, i, i/4)
	}
	for i := range uint32(50) { // a template that all spam was written after, in ten clusters
		add(1, 100+i%10, 1000)
	}
	folds := tr.foldsOf()
	sizes := map[int8][5]int{}
	for i, fold := range folds {
		x := &tr.texts[i]
		if x.class == 0 && fold != folds[i/4*4] {
			t.Errorf("text %d is in fold %d, the first of its group in %d", i, fold, folds[i/4*4])
		}
		if x.class == 1 && fold != folds[100+(i-100)%10] {
			t.Errorf("text %d is in fold %d, the first of its cluster in %d", i, fold, folds[100+(i-100)%10])
		}
		n := sizes[x.class]
		n[fold]++
		sizes[x.class] = n
	}
	if sizes[0] != [5]int{20, 20, 20, 20, 20} || sizes[1] != [5]int{10, 10, 10, 10, 10} {
		t.Errorf("texts of each class by fold: %v", sizes)
	}
}
