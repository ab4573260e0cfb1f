package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"winnow/classifier"
	"winnow/models"
)

// functionalCase is a row of a functional test: a short text that shows one
// function that a filter should have.
type functionalCase struct {
	Text          string       `json:"text"`
	Label         models.Class `json:"label"`
	Functionality string       `json:"functionality"`
}

// functional prints, for each file of a folder of functional tests and for each
// functionality, how many of the texts the built-in model holds. A model must not
// learn from these tests.
func (s *suite) functional(folder string) error {
	if folder == "" {
		return errors.New("the table functional needs the flag -functional FOLDER")
	}
	m, err := classifier.Starter()
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil {
		return err
	}
	w := s.newTable("functional test\tthreats\tabuse of a person\tall abuse\tham\trejected\t")
	for _, name := range files {
		cases, err := readCases(name)
		if err != nil {
			return err
		}
		var threats, person, abuse, ham, rejected share
		for _, c := range cases {
			action := m.Verdict(classifier.Input{Text: c.Text}, classifier.Policy{}).Action
			held := action != models.Approve
			rejected.count(action == models.Reject)
			switch {
			case c.Label == models.Ham:
				ham.count(held)
			case strings.HasPrefix(c.Functionality, "threat_"):
				threats.count(held)
			case c.Functionality == "target_indiv_nh":
				person.count(held)
			}
			if c.Label == models.Abuse {
				abuse.count(held)
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t\n", strings.TrimSuffix(filepath.Base(name), ".jsonl"), threats, person, abuse, ham, rejected)
	}
	return w.Flush()
}

// share counts how many of some cases something is true of.
type share struct{ n, of int }

func (s *share) count(is bool) {
	s.of++
	if is {
		s.n++
	}
}

func (s share) String() string { return percent(s.n, s.of) }

func readCases(name string) (cases []functionalCase, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for d := json.NewDecoder(bufio.NewReader(f)); ; {
		var c functionalCase
		switch err := d.Decode(&c); {
		case errors.Is(err, io.EOF):
			return cases, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		cases = append(cases, c)
	}
}
