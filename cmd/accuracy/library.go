package main

import (
	"iter"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/jbrukh/bayesian"

	"winnow/models"
)

// libraryScores trains the naive Bayes library as its documentation shows, on plain
// words. For each test row of class or ham it yields a number from 0 to 1 that
// orders the rows as the library's scores do, and whether the row is of class.
func libraryScores(trainRows, testRows []models.Label, class models.Class) iter.Seq2[float64, bool] {
	other, ham := bayesian.Class(class), bayesian.Class(models.Ham)
	c := bayesian.NewClassifier(other, ham)
	for _, r := range trainRows {
		if r.Label == class || r.Label == models.Ham {
			c.Learn(words(r.Text), bayesian.Class(r.Label))
		}
	}
	return func(yield func(float64, bool) bool) {
		for _, r := range testRows {
			if r.Label != class && r.Label != models.Ham {
				continue
			}
			scores, _, _ := c.LogScores(words(r.Text))
			z := scores[slices.Index(c.Classes, other)] - scores[slices.Index(c.Classes, ham)]
			// The logistic function would round all large scores to 1.
			if !yield(0.5+0.5*z/(1+math.Abs(z)), r.Label == class) {
				return
			}
		}
	}
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
