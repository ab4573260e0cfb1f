package handlers_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The texts of the simulation of campaigns: ordinary comments that are put together
// from word lists, and advertisements of some kinds.

var (
	people = strings.Fields(`mayor council teacher neighbour driver baker nurse farmer minister reporter judge tenant landlord
		student cyclist captain pensioner butcher referee engineer plumber librarian conductor volunteer gardener`)
	things = strings.Fields(`bridge harbour school budget tram market library hospital stadium theatre museum station playground
		pool forest river square crossing pavement tunnel ferry orchard archive festival timetable roof chimney lamp fence
		contract ticket letter report survey vote protest strike meeting rehearsal match concert lecture election`)
	doings = strings.Fields(`closed opened repaired painted sold ignored praised measured flooded moved delayed cancelled
		promised counted photographed inspected rented borrowed cleaned demolished extended postponed defended forgot`)
	kinds = strings.Fields(`old narrow noisy expensive quiet crowded muddy cheerful broken splendid modest wooden empty
		famous dusty generous dangerous handsome private public temporary medieval ugly unfinished Dutch northern`)
	times = strings.Fields(`yesterday today tomorrow lately again twice seldom in_spring last_year on_Tuesday at_night
		before_lunch for_decades since_March every_week during_the_storm after_the_war next_month without_warning`)
	opinions = []string{
		"I would not bet on it", "that is my whole point", "somebody should write it down", "I may be wrong, of course", "we all paid for it",
		"who decides such things", "my grandmother said the same", "nobody asked us", "I rather like it", "it smells of an election", "thanks for reporting",
		"the photo tells another story", "I have seen worse in Lyon", "let the children decide", "numbers please", "it took eleven years", "good riddance",
	}
	frames = []string{
		"The {k} {t} was {d} {w}.", "Why was the {t} {d} {w}, and not the {k} {t}?", "A {p} told me that the {p} {d} the {t} {w}.",
		"My {p} friend {d} a {k} {t} {w}, {o}.", "Without the {t} no {p} can reach the {k} {t}.", "{o}: a {k} {p} and a {k} {t}.",
		"Has any {p} seen the {k} {t} {w}?", "If the {p} {d} the {t}, then {o}.", "{w} I walked past the {t}, which looked {k} and {k}.",
		"Between the {t} and the {t} there is a {k} {t} that every {p} {d}.", "Not the {p}, the {p} {d} it {w}.", "The {t} costs more than the {t} and the {t} together, {o}.",
	}
	newspapers = []string{"https://www.bbc.co.uk/news/uk-politics-", "https://www.theguardian.com/world/2026/", "https://www.spiegel.de/politik/", "https://en.wikipedia.org/wiki/", "https://www.reuters.com/world/"}
)

// slogan is what many readers write on one article.
const slogan = "Save our tram and keep the harbour public!"

// crowd writes the comments of a simulation.
type crowd struct{ *rand.Rand }

func (r crowd) of(list []string) string { return list[r.IntN(len(list))] }

// fill puts words into the marks of a text.
func (r crowd) fill(frame string) string {
	for mark, list := range map[string][]string{"{p}": people, "{t}": things, "{d}": doings, "{k}": kinds, "{w}": times, "{o}": opinions} {
		for strings.Contains(frame, mark) {
			frame = strings.Replace(frame, mark, strings.ReplaceAll(r.of(list), "_", " "), 1)
		}
	}
	return frame
}

func (r crowd) prose(sentences int) string {
	var parts []string
	for range sentences {
		parts = append(parts, r.fill(r.of(frames)))
	}
	return strings.Join(parts, " ")
}

// ordinary is what a reader writes: some with links to newspapers or to small
// pages, some to other readers, some few words.
func (r crowd) ordinary(readers []string) string {
	text := r.prose(2 + r.IntN(4))
	switch n := r.IntN(1000); {
	case n < 25:
		return text + " " + r.of(newspapers) + strings.ReplaceAll(r.fill("{t}-{d}-{k}-{t}"), " ", "-")
	case n < 45:
		return text + fmt.Sprintf(" See https://www.%s-%s%d.example/%s.", r.of(things), r.of(people), r.IntN(40), r.of(doings))
	case n < 90:
		return "@" + r.of(readers) + " " + text
	case n < 105:
		return r.fill("I agree with ") + "@" + r.of(readers) + ". " + text
	case n < 110:
		return text + fmt.Sprintf(" Tickets: 0%d %d.", 100+r.IntN(900), 1000000+r.IntN(8999999))
	case n < 130:
		return r.of([]string{"Me too!", "Well said.", "Thanks!", "So true, sadly", "+1", "What a mess"})
	case n < 140:
		return slogan
	case n < 150:
		return text + fmt.Sprintf(" It was %d.%d.%d, and cost %d 000 000.", 1+r.IntN(28), 1+r.IntN(12), 1990+r.IntN(36), 1+r.IntN(90))
	}
	return text
}

var (
	ads = [][]string{
		{"I never thought I would say this", "Last month I was broke", "My husband laughed at me", "Honestly I was sceptical", "A colleague showed me this", "After losing my job", "Like many here", "At sixty I learned something new", "It sounds odd", "Three weeks ago"},
		{"and now my account grows every day", "but my returns doubled within a week", "yet the profits were paid out at once", "and it paid my whole rent", "but I earned four thousand from home", "and my debts are gone", "and I withdraw money each Friday", "but the results speak for themselves", "and my sister earns as much", "and it needs ten minutes a day"},
		{"Ask here:", "All thanks to", "Details from", "Start with", "The person who helps is", "You find it under", "Write today to", "Everything is explained by", "Do not wait, use", "More from"},
	}
	praise = []string{
		"What a thoughtful article this is, it explains the matter better than anything I have read, and I shall show it to my colleagues at work.",
		"This is a remarkable piece of writing, full of facts that I had never heard before, and I am grateful that somebody took the time for it.",
		"I have been looking for exactly this information for several days, thank you so much for sharing it in words that everyone understands.",
	}
	offers = []string{
		"Our workshop repairs leather shoes and bags of any make within two days, with a guarantee of one year, and we collect them from your door for free.",
		"Learn fluent Spanish with native teachers in small evening groups, the first lesson costs nothing and you may leave the course whenever you like.",
	}
)

// adCampaign is a campaign of the simulation.
type adCampaign struct {
	kind string // copies, edits, domain, handle or phone
	text string // that is copied
	n    int
}

// write returns one comment of a campaign.
func (r crowd) write(c adCampaign) string {
	switch c.kind {
	case "copies":
		return c.text
	case "edits":
		return r.edit(c.text)
	}
	parts := make([]string, len(ads))
	for i, list := range ads {
		parts[i] = r.of(list)
	}
	text := parts[0] + ", " + parts[1] + ". " + parts[2] + " " + r.contact(c)
	if r.IntN(3) == 0 {
		text = r.prose(1) + " " + text
	}
	return text
}

// contact writes the contact of a campaign in one of several ways.
func (r crowd) contact(c adCampaign) string {
	switch c.kind {
	case "domain":
		host := fmt.Sprintf("%s-profit%d.top", things[c.n], c.n)
		return r.of([]string{"https://" + host, "www." + host, host, "http://" + host + "/r/" + r.of(people), strings.Replace(host, ".", " (dot) ", 1), "https://go." + host + "/?ref=" + r.of(kinds)})
	case "handle":
		name := fmt.Sprintf("%s_trades%d", people[c.n], c.n)
		return r.of([]string{"@" + name, "https://t.me/" + name, "t.me/" + strings.ToUpper(name), "Telegram @" + name, "@" + name + "!"})
	}
	number := 23456780 + c.n
	return r.of([]string{
		fmt.Sprintf("+49 151 %d", number), fmt.Sprintf("0151-%d", number), fmt.Sprintf("WhatsApp +49151%d", number), fmt.Sprintf("https://wa.me/49151%d", number),
		fmt.Sprintf("0151/%d %d", number/10000, number%10000),
	})
}

// edit changes a text in a few places, as a person does who copies it.
func (r crowd) edit(text string) string {
	words := strings.Fields(text)
	for range 2 {
		i := r.IntN(len(words))
		switch r.IntN(4) {
		case 0:
			words[i] = r.of(kinds)
		case 1:
			words = append(words[:i], words[i+1:]...)
		case 2:
			words[i] += " really"
		default:
			words[i] = strings.ToUpper(words[i])
		}
	}
	return r.of([]string{"", "Hello! ", "Wow, "}) + strings.Join(words, " ") + r.of([]string{"", " 😀", "!!", fmt.Sprint(" ", r.IntN(100))})
}
