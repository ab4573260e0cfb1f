package drift

import (
	"fmt"
	"strings"

	"winnow/models"
)

// In returns the drift with its sentence in a language, "de" or English. It needs what
// Assess returned, not what was read from JSON.
func (s Site) In(lang string) Site {
	s.Sentence = s.sentence(lang)
	return s
}

// texts are the sentences by state and measure, in English and German. Of the two
// figures in them, the first is that of the day and the second that of the reference.
var texts = map[models.DriftState]map[Measure][2]string{
	models.DriftUnknown: {"": {
		"Too few comments: the first %d that the model scored are the measure, then days of %d and more are compared with them.",
		"Zu wenige Kommentare: Die ersten %d, die das Modell bewertet hat, sind das Maß; danach werden Tage ab %d Kommentaren mit ihnen verglichen.",
	}},
	models.DriftStable: {"": {
		"The comments are like those that the model began with.",
		"Die Kommentare sind wie die, mit denen das Modell begonnen hat.",
	}},
	models.DriftWatch: {
		Scores: {
			"The scores are distributed somewhat differently than at the beginning (stability index %.2f; up to 0.10 is usual).",
			"Die Bewertungen verteilen sich etwas anders als am Anfang (Stabilitätsindex %.2f; bis 0,10 ist üblich).",
		},
		Unknown: {
			"The model knows fewer of the words than at the beginning: %.0f %% are unknown, %.0f %% were.",
			"Das Modell kennt weniger Wörter als am Anfang: %.0f %% sind unbekannt, %.0f %% waren es.",
		},
		Held: {
			"More comments are held than at the beginning: %.0f %%, it was %.0f %%.",
			"Es werden mehr Kommentare zurückgehalten als am Anfang: %.0f %%, es waren %.0f %%.",
		},
		Overturns: {
			"Moderators contradict the machine more often than before: in %.0f %% of the decisions, it was %.0f %%.",
			"Die Moderation widerspricht der Maschine öfter als zuvor: bei %.0f %% der Entscheidungen, es waren %.0f %%.",
		},
	},
	models.DriftDrifting: {
		Scores: {
			"The scores are distributed quite differently than at the beginning (stability index %.2f): look at the queue, and train a new model.",
			"Die Bewertungen verteilen sich ganz anders als am Anfang (Stabilitätsindex %.2f): Sehen Sie in die Warteschlange, und trainieren Sie ein neues Modell.",
		},
		Unknown: {
			"The model does not know %.0f %% of the words, at the beginning %.0f %%: the comments are about something new, or in another language.",
			"Das Modell kennt %.0f %% der Wörter nicht, am Anfang %.0f %%: Die Kommentare handeln von Neuem oder sind in einer anderen Sprache.",
		},
		Held: {
			"Many more comments are held than at the beginning: %.0f %%, it was %.0f %%. Look at the queue, and train a new model.",
			"Es werden viel mehr Kommentare zurückgehalten als am Anfang: %.0f %%, es waren %.0f %%. Sehen Sie in die Warteschlange, und trainieren Sie ein neues Modell.",
		},
		Overturns: {
			"Moderators contradict the machine in %.0f %% of the decisions, it was %.0f %%: train a new model.",
			"Die Moderation widerspricht der Maschine bei %.0f %% der Entscheidungen, es waren %.0f %%: Trainieren Sie ein neues Modell.",
		},
	},
}

func (s Site) sentence(lang string) string {
	variants := texts[s.State][s.Measure]
	text := variants[0]
	if lang == "de" {
		text = variants[1]
	}
	switch {
	case s.State == models.DriftUnknown:
		return fmt.Sprintf(text, MinReference, MinComments)
	case s.State == models.DriftStable:
		return text
	case s.Measure == Scores:
		text = fmt.Sprintf(text, s.to)
		if lang == "de" {
			text = strings.Replace(text, fmt.Sprintf("%.2f", s.to), strings.Replace(fmt.Sprintf("%.2f", s.to), ".", ",", 1), 1)
		}
		return text
	}
	return fmt.Sprintf(text, 100*s.to, 100*s.from)
}
