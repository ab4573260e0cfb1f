package normalize

import (
	"fmt"
	"strings"
	"testing"
)

func TestBareHostsAreLinks(t *testing.T) {
	for _, domain := range strings.Fields(`com net org xyz top site shop store vip bet live win pro help club online casino poker
		click link ru de uk ch at co ai io icu cyou loan today world life fun rest buzz email news agency company work рф`) {
		for _, name := range []string{"homeworkgenie", "best-pills24", "1xluckyspin", "casinoplanet", "quickessay", "mail.tutorhub"} {
			for _, form := range []string{"Ask the tutors at %s", "%s, day and night", "Go (%s) now.", "so: %s!"} {
				text := fmt.Sprintf(form, name+"."+domain)
				var n Text
				if n.Normalize(text); len(n.Links) != 1 {
					t.Errorf("%q has %d links", text, len(n.Links))
				}
			}
		}
	}
	for _, text := range []string{
		"see bet365.me", "at news.fastloans.to", "mail me at jane.doe@example.is", "read example.it/today", "www.example.in",
		"看example.com吧", "on HomeworkGenie.Top", "example.com.Then we left", "Visit:tutorhub.store", "пиши на casino-vulkan.live",
	} {
		var n Text
		if n.Normalize(text); len(n.Links) != 1 {
			t.Errorf("%q has %d links", text, len(n.Links))
		}
	}
}

// Only the end of a long host is looked at.
func TestLongHostsAreLinks(t *testing.T) {
	for _, text := range []string{
		"see " + strings.Repeat("a1.", 40) + "example.com/today", strings.Repeat("long-", 30) + "homework.top", strings.Repeat("ж", 90) + ".casino.com",
	} {
		var n Text
		if n.Normalize(text); len(n.Links) != 1 {
			t.Errorf("%q has %d links", text, len(n.Links))
		}
	}
}

func TestMissingSpacesAfterFullStopsAreNoLinks(t *testing.T) {
	for text := range strings.SplitSeq(strings.TrimSpace(`
We left the house at six.Then it rained all day.
I paid in the shop.it was closed an hour later
He did not win.live with it
The whole site.nobody asked us about it
They closed the pool.today nobody swims
She came first.so what
I read it yesterday.news like that is rare
We walked home.work starts at nine
My neighbours voted.is that a crime
I asked the council.no answer
He was shouting.me too
It cost forty pounds.money well spent
She moved to Leeds last year.to work
The match was great.best game of the season
We waited for the bus.in the end we walked
They stopped.help came too late
The trains are late.love it
He lost everything.win or lose, it is over
It was in the paper.live on television even
It is getting worse.world leaders do nothing
I told the teachers.school is hard enough
She sold the cottages.house prices are mad
The buses stopped.top marks to the driver
He lied.bet he lies again
We are tired.please stop
Mr.Black and Dr.Green agreed
That is well-known.it always was
Nobody cares any more.Live and let live
The mayor resigned.Good.
It happened in the harbour.Shop owners complained.
He came at 10.30.at noon he left
I bought the phone.google it
Wir waren gestern im Krankenhaus.am Abend ging es besser
Das habe ich gelesen.es stimmt nicht
Er kam nach Hause.so war das
Sie stand vor dem Rathaus.in der Kälte
Nous sommes rentrés à la maison.il pleuvait
Je suis allé au marché.la viande est chère
C'est vrai.ma mère aussi
Fuimos a la plaza.la gente gritaba
Se quedaron en su casa.no salieron
Siamo andati al mercato.la gente rideva
Ho letto il giornale.ma non ci credo
Wróciliśmy do domu.to było straszne
Nie ma pieniędzy.na nic
Eles foram para casa.no dia seguinte choveu
Eve geldik.ve uyuduk
We gingen naar huis.is dat erg
It was 9 a.m.in the dark
See the file report.md or notes.zip
Use e.g.it or i.e.at home
Did he win.it?
He asked.it's fine
I mean this.that's all
Я пришёл домой.Там никого не было
`), "\n") {
		var n Text
		if n.Normalize(text); len(n.Links) > 0 {
			t.Errorf("%q has a link", text)
		}
	}
}

func TestRulesAndModelAgreeOnBareHosts(t *testing.T) {
	for text, want := range map[string]bool{
		"homeworkgenie.top": true, "HomeworkGenie.top": true, "win.Live": false, "casinoplanet.Live": false,
		"shop.it": false, "homework.nosuchdomain": false, "example.com": true, ".com": false, "example.": false,
	} {
		var n Text
		n.Normalize(text)
		if got := n.IsBareHost(0, len(n.Bytes)); got != want || (len(n.Links) > 0) != want {
			t.Errorf("%q: %v, and as a chunk %v; want %v", text, got, len(n.Links) > 0, want)
		}
	}
}
