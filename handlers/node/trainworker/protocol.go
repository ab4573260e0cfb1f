// Package trainworker trains a model in a process of its own, so that the server
// answers as fast as before while it does: the process has one thread that
// computes, a low priority and a limit for its memory, and the garbage collector
// of the server has nothing to do with its labels.
//
// Train is the side of the server, Main that of the process. The process never
// opens the database: the labels come through its standard input, progress and
// model go to its standard output. It ends when the server does, however that
// ends. It keeps no file that has a name.
//
// It imports classifier and models, and nothing of handlers or storage.
package trainworker

import (
	"iter"

	"winnow/classifier"
	"winnow/models"
)

// Command is the subcommand of winnow that calls Main.
const Command = "train-worker"

// Data is what a model is trained from. See the fields of classifier.TrainOptions.
type Data struct {
	Labels      iter.Seq2[models.Label, error]
	Traffic     iter.Seq2[classifier.Sample, error] // nil: there is none
	HoldBudgets map[string]float64
}

// input is one line of the worker's standard input, in JSON. The lines are, in this
// order: settings, the labels, LabelsEnd, the samples of the traffic, End. Without
// the last one, the server has died.
type input struct {
	Settings  *settings          `json:"settings,omitempty"`
	Label     *models.Label      `json:"label,omitempty"`
	LabelsEnd bool               `json:"labels_end,omitempty"`
	Sample    *classifier.Sample `json:"sample,omitempty"`
	End       bool               `json:"end,omitempty"`
}

type settings struct {
	HoldBudgets map[string]float64 `json:"hold_budgets,omitempty"`
}

// output is one line of the worker's standard output, in JSON. A line with Size
// is the last; that many bytes of a model file follow it.
type output struct {
	Done  int         `json:"done,omitempty"` // of Total steps
	Total int         `json:"total,omitempty"`
	Size  int64       `json:"size,omitempty"`
	Kind  models.Kind `json:"kind,omitempty"` // of the error that ended the training
	Error string      `json:"error,omitempty"`
}
