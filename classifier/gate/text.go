package gate

import (
	"fmt"
	"strconv"
	"strings"
)

// Codes of notes and of the sentence of a report.
const (
	sentence        Code = "sentence"
	noTraffic       Code = "no_traffic"
	changed         Code = "changed"
	changedBelow    Code = "changed_below"
	newlyHeld       Code = "newly_held"
	newlyRejected   Code = "newly_rejected"
	released        Code = "released"
	heldInstead     Code = "held_instead"
	noLabels        Code = "no_labels"
	fewHeldOut      Code = "few_held_out"
	heldOutDecides  Code = "held_out"
	ownDecide       Code = "own_decide"
	liveLearned     Code = "live_learned"
	cutLabels       Code = "cut_labels"
	sameModel       Code = "same_model"
	noCalibration   Code = "no_calibration"
	noLanguages     Code = "no_languages"
	fewOfClass      Code = "few_of_class"
	noneOfClass     Code = "none_of_class"
	starterHeadLost Code = "starter_head_lost"
	goldenBothWrong Code = "golden_both_wrong"
	atEqualAlarms   Code = "at_equal_alarms"
	estimatedHold   Code = "estimated_hold"
)

// weakPoints are the notes on what the candidate cannot do and on what is not known of
// it. The other notes say how the models were compared.
var weakPoints = []Code{
	noTraffic, noLabels, fewHeldOut, ownDecide, noCalibration, noLanguages, fewOfClass, noneOfClass, starterHeadLost, goldenBothWrong, estimatedHold,
}

// message is a text by its code, with the values of its parameters. Numbers are ints;
// shares are float64, and shown in percent.
type message struct {
	code   Code
	params map[string]any
}

// variantParam names one of several texts of a code.
const variantParam = "variant"

// texts are English and German, with parameters in braces.
var texts = map[Code][2]string{
	sentence: {
		"Of the last {comments} comments it would hold {held_then} (now {held_now}) and reject {rejected_then} (now {rejected_now}).",
		"Von den letzten {comments} Kommentaren würde es {held_then} zurückhalten (jetzt {held_now}) und {rejected_then} ablehnen (jetzt {rejected_now}).",
	},
	noTraffic: {
		"There are no comments to say what it would change.",
		"Es gibt keine Kommentare, an denen sich zeigen ließe, was sich ändern würde.",
	},
	changed: {
		"Comments that it would treat differently: {n} ({list}).",
		"Kommentare, die es anders behandeln würde: {n} ({list}).",
	},
	changedBelow: {
		"Comments that it would treat differently: {n} ({list}). Below are {shown} of them, near-copies left out, the most surprising first.",
		"Kommentare, die es anders behandeln würde: {n} ({list}). Darunter stehen {shown} davon, ohne fast gleiche, die überraschendsten zuerst.",
	},
	newlyHeld:     {"{n} newly held", "{n} neu zurückgehalten"},
	newlyRejected: {"{n} newly rejected", "{n} neu abgelehnt"},
	released:      {"{n} released", "{n} durchgelassen"},
	heldInstead:   {"{n} held instead of rejected", "{n} zurückgehalten statt abgelehnt"},
	FalseAlarms: {
		"It holds or rejects {then} of {n} comments with the label “not spam” (now {now}); at most {limit} is allowed.",
		"Es hält {then} von {n} Kommentaren mit dem Label „kein Spam“ zurück oder lehnt sie ab (jetzt {now}); erlaubt sind höchstens {limit}.",
	},
	FalseReject: {
		"It rejects {then} of {n} comments with the label “not spam” (now {now}); at most {limit} is allowed.",
		"Es lehnt {then} von {n} Kommentaren mit dem Label „kein Spam“ ab (jetzt {now}); erlaubt sind höchstens {limit}.",
	},
	Recall: {
		"It lets {then} of {n} comments with the label {class} through (now {now}).",
		"Es lässt {then} von {n} Kommentaren mit dem Label {class} durch (jetzt {now}).",
	},
	NoSkill: {
		"It tells {class} from other comments no better than chance: of one comment of each kind it recognizes the right one {auc} of the time, where guessing gives 50 % ({n} labels).",
		"Es unterscheidet {class} von anderen Kommentaren nicht besser als der Zufall: Von je einem Kommentar beider Arten erkennt es in {auc} der Fälle den richtigen, beim Raten wären es 50 % ({n} Labels).",
	},
	Flipped + ".candidate": {
		"It contradicts most labels: what they call spam or abuse it finds more harmless than what they call not spam. Of one comment of each kind it recognizes the right one only {auc} of the time, where guessing gives 50 % ({n} labels). Did it learn from exchanged labels?",
		"Es widerspricht der Mehrzahl der Labels: Was Spam oder Beleidigung ist, findet es harmloser als das Übrige. Von je einem Kommentar beider Arten erkennt es nur in {auc} der Fälle den richtigen, beim Raten wären es 50 % ({n} Labels). Hat es aus vertauschten Labels gelernt?",
	},
	Flipped + ".labels": {
		"Most labels contradict the live model: what they call spam or abuse it finds more harmless than what they call not spam. Of one comment of each kind it recognizes the right one only {auc} of the time, where guessing gives 50 % ({n} labels). Are labels exchanged?",
		"Die Mehrzahl der Labels widerspricht dem aktiven Modell: Was Spam oder Beleidigung sein soll, findet es harmloser als das Übrige. Von je einem Kommentar beider Arten erkennt es nur in {auc} der Fälle den richtigen, beim Raten wären es 50 % ({n} Labels). Sind Labels vertauscht?",
	},
	Flipped + ".traffic": {
		"It contradicts the live model: of {n} comments it finds the {flagged} that the live model holds or rejects more harmless than the others: of one of them and another comment it agrees on only {auc}, where guessing gives 50 %. Did it learn from exchanged labels?",
		"Es widerspricht dem aktiven Modell: Von {n} Kommentaren findet es die {flagged}, die das aktive Modell zurückhält oder ablehnt, harmloser als die anderen: Von je einem von ihnen und einem anderen stimmt es nur in {auc} der Fälle zu, beim Raten wären es 50 %. Hat es aus vertauschten Labels gelernt?",
	},
	Recall + ".traffic": {
		"It lets {then} of {n} comments through that the live model holds or rejects and that nobody called “not spam”.",
		"Es lässt {then} von {n} Kommentaren durch, die das aktive Modell zurückhält oder ablehnt und die niemand „kein Spam“ genannt hat.",
	},
	Calibrated: {
		"Its probabilities are wrong: on {n} comments that moderators looked at, it expects {predicted} {class}, and {observed} are (the live model expects {live}).",
		"Seine Wahrscheinlichkeiten stimmen nicht: Bei {n} gesichteten Kommentaren erwartet es {predicted} {class}, tatsächlich sind es {observed} (das aktive Modell erwartet {live}).",
	},
	SliceWorse + ".false_alarms": {
		"For {kind} {name} it is worse: it holds or rejects {then} of {n} comments with the label “not spam” (now {now}).",
		"Für {kind} {name} ist es schlechter: Es hält {then} von {n} Kommentaren mit dem Label „kein Spam“ zurück oder lehnt sie ab (jetzt {now}).",
	},
	SliceWorse + ".recall": {
		"For {kind} {name} it is worse: it lets {then} of {n} comments with the label spam or abuse through (now {now}).",
		"Für {kind} {name} ist es schlechter: Es lässt {then} von {n} Kommentaren mit dem Label Spam oder Beleidigung durch (jetzt {now}).",
	},
	SliceWorse + ".hold_budget": {
		"For {kind} {name} it would hold {then} of {n} comments (now {now}). Of the {n}, an estimated {harmless} are neither spam nor abuse; it would hold {harmless_held} of these, {legitimate}. At most {limit} is allowed. (Where moderators decided, that counts; the others are estimated.)",
		"Für {kind} {name} würde es {then} von {n} Kommentaren zurückhalten (jetzt {now}). Von den {n} sind geschätzt {harmless} weder Spam noch Beleidigung; davon würde es {harmless_held} zurückhalten, {legitimate}. Erlaubt sind höchstens {limit}. (Wo Moderatoren entschieden haben, zählt das; die übrigen sind geschätzt.)",
	},
	GoldenLost: {
		"{n} golden examples lose their class.",
		"{n} Musterbeispiele verlieren ihre Klasse.",
	},
	HoldBudget: {
		"It would hold {then} of {n} comments (now {now}). Of the {n}, an estimated {harmless} are neither spam nor abuse; it would hold {harmless_held} of these, {legitimate}. At most {limit} is allowed. (Where moderators decided, that counts; the others are estimated.)",
		"Es würde {then} von {n} Kommentaren zurückhalten (jetzt {now}). Von den {n} sind geschätzt {harmless} weder Spam noch Beleidigung; davon würde es {harmless_held} zurückhalten, {legitimate}. Erlaubt sind höchstens {limit}. (Wo Moderatoren entschieden haben, zählt das; die übrigen sind geschätzt.)",
	},
	FewLabels: {
		"It learned from {ham} labels “not spam”, {spam} of spam and {abuse} of abuse, near-copies counted once; at least {min_ham} “not spam” and {min_class} of spam or abuse are needed.",
		"Es hat aus {ham} Labels „kein Spam“, {spam} für Spam und {abuse} für Beleidigung gelernt, fast gleiche einmal gezählt; nötig sind mindestens {min_ham} „kein Spam“ und {min_class} für Spam oder Beleidigung.",
	},
	Language: {
		"The labels are in other languages ({labels}) than the comments ({traffic}).",
		"Die Labels sind in anderen Sprachen ({labels}) als die Kommentare ({traffic}).",
	},
	NearCopies: {
		"Of {n} labels “{class}”, {largest} are near-copies of one text; there are {clusters} different texts.",
		"Von {n} Labels „{class}“ sind {largest} fast gleiche Kopien eines Textes; es gibt {clusters} verschiedene Texte.",
	},
	HeadLost: {
		"It does not know {class}, which the live model does.",
		"Es kennt {class} nicht, das aktive Modell schon.",
	},
	OwnFigures: {
		"The figures in its file are bad: in cross-validation it holds {then} of {n} comments with the label “not spam” as {class} ({rate}); at most {limit} is allowed.",
		"Die Werte in seiner Datei sind schlecht: In der Kreuzvalidierung hält es {then} von {n} Kommentaren mit dem Label „kein Spam“ wegen {class} zurück ({rate}); erlaubt sind höchstens {limit}.",
	},
	Conflicts: {
		"{n} texts have labels of more than one class.",
		"{n} Texte haben Labels verschiedener Klassen.",
	},
	noLabels: {
		"There are no labels to compare the models on.",
		"Es gibt keine Labels, an denen sich die Modelle vergleichen ließen.",
	},
	fewHeldOut: {
		"Only {ham} labels “not spam” and {bad} of spam or abuse were held out from the candidate, near-copies counted once. Labels that it may have learned from are compared too: they flatter it.",
		"Nur {ham} Labels „kein Spam“ und {bad} für Spam oder Beleidigung wurden dem Kandidaten vorenthalten, fast gleiche einmal gezählt. Verglichen werden auch Labels, aus denen er gelernt haben kann: Sie schmeicheln ihm.",
	},
	heldOutDecides + ".unseen": {
		"The models are compared on {ham} labels “not spam” and {bad} of spam or abuse. The candidate has learned from none of them.",
		"Die Modelle werden an {ham} Labels „kein Spam“ und {bad} für Spam oder Beleidigung verglichen. Der Kandidat hat aus keinem davon gelernt.",
	},
	heldOutDecides: {
		"The models are compared on {ham} labels “not spam” and {bad} of spam or abuse, {folds} of them scored by cross-validation: each by a model that has not learned from it.",
		"Die Modelle werden an {ham} Labels „kein Spam“ und {bad} für Spam oder Beleidigung verglichen, {folds} davon in Kreuzvalidierung bewertet: jedes von einem Modell, das nicht daraus gelernt hat.",
	},
	ownDecide: {
		"What the candidate does with unseen comments is known only from the cross-validation in its file.",
		"Was der Kandidat mit ungesehenen Kommentaren macht, ist nur aus der Kreuzvalidierung in seiner Datei bekannt.",
	},
	liveLearned: {
		"The live model may have learned from {n} of the labels that are compared.",
		"Das aktive Modell kann aus {n} der verglichenen Labels gelernt haben.",
	},
	cutLabels: {
		"Only the newest {n} labels were compared.",
		"Nur die neuesten {n} Labels wurden verglichen.",
	},
	sameModel: {
		"The candidate is the live model.",
		"Der Kandidat ist das aktive Modell.",
	},
	noCalibration: {
		"Whether its percentages are right could not be checked: too few of the comments with a label were picked by chance, as those of the training sample and of second looks are.",
		"Ob seine Prozentangaben stimmen, ließ sich nicht prüfen: Zu wenige Kommentare mit Label wurden zufällig ausgewählt, wie die der Stichprobe und der zweiten Blicke.",
	},
	noLanguages: {
		"The languages of labels and comments could not be compared.",
		"Die Sprachen von Labels und Kommentaren ließen sich nicht vergleichen.",
	},
	starterHeadLost: {
		"It has learned no {class}, which the built-in model has; a training with the built-in model as its base keeps that.",
		"Es hat {class} nicht gelernt, anders als das eingebaute Modell; ein Training auf dessen Grundlage behält es.",
	},
	fewOfClass: {
		"It learned {class} from {n} labels only, near-copies counted once.",
		"Es hat {class} nur aus {n} Labels gelernt, fast gleiche einmal gezählt.",
	},
	noneOfClass: {
		"It learned no {class} from labels: what it knows of it is what the model that it was trained on knew.",
		"Es hat {class} aus keinem Label gelernt: Was es davon weiß, wusste das Modell, auf dem es aufbaut.",
	},
	goldenBothWrong: {
		"{n} golden examples have the wrong class with both models.",
		"{n} Musterbeispiele haben bei beiden Modellen die falsche Klasse.",
	},
	atEqualAlarms: {
		"The live model holds {now} of {n} comments with the label “not spam”. So what the models let through is compared at equal false alarms.",
		"Das aktive Modell hält {now} von {n} Kommentaren mit dem Label „kein Spam“ zurück. Deshalb wird bei gleich vielen Fehlalarmen verglichen, was die Modelle durchlassen.",
	},
	estimatedHold: {
		"Few of the comments that it would hold have a label. How many are not spam is estimated from its own probabilities.",
		"Wenige der Kommentare, die es zurückhalten würde, haben ein Label. Wie viele davon kein Spam sind, ist aus seinen eigenen Wahrscheinlichkeiten geschätzt.",
	},
}

// word is the value of a parameter that is itself translated.
type word string

var words = map[word][2]string{
	"ham": {"not spam", "kein Spam"}, "spam": {"spam", "Spam"}, "abuse": {"abuse", "Beleidigung"},
	"language": {"the language", "die Sprache"}, "site": {"the site", "die Site"}, "source": {"the source", "die Quelle"},
	"": {"“unknown”", "„unbekannt“"},
}

// in returns the text in a language: "de", or English for any other.
func (m message) in(lang string) string {
	column := 0
	if lang == "de" {
		column = 1
	}
	pairs := make([]string, 0, 2*len(m.params))
	for name, value := range m.params {
		pairs = append(pairs, "{"+name+"}", show(value, column))
	}
	code := m.code
	if variant, ok := m.params[variantParam].(string); ok {
		code += Code("." + variant)
	}
	return strings.NewReplacer(pairs...).Replace(texts[code][column])
}

// show writes the value of a parameter: 1,234 or 1.234; 2.5 % or 2,5 %.
func show(value any, column int) string {
	point, group := ".", ","
	if column == 1 {
		point, group = ",", "."
	}
	switch v := value.(type) {
	case int:
		digits := strconv.Itoa(v)
		for i := len(digits) - 3; i > 0; i -= 3 {
			digits = digits[:i] + group + digits[i:]
		}
		return digits
	case float64:
		s := strings.TrimSuffix(strconv.FormatFloat(100*v, 'f', 1, 64), ".0")
		return strings.Replace(s, ".", point, 1) + " %"
	case word:
		return words[v][column]
	}
	return fmt.Sprint(value)
}
