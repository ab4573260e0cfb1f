package classifier

import (
	"time"

	"winnow/models"
)

// Sample is a comment of an installation's traffic, with its label if a person
// looked at it.
type Sample struct {
	Input      Input
	Site, Lang string // Lang: ISO 639-1; empty when unknown
	CreatedAt  time.Time
	Label      models.Class // empty when nobody looked
}
