package why

import "winnow/models"

// clause is a text in each language.
type clause struct{ en, de string }

// openings begin the sentence, by what happened to the comment.
var openings = map[models.Action]clause{
	models.Hold:   {"Held because ", "Zurückgehalten, weil "},
	models.Reject: {"Rejected because ", "Abgelehnt, weil "},
}

// approved is the whole sentence for a comment that nothing speaks against.
var approved = clause{"Approved: the filter found nothing that speaks against it.", "Freigegeben: Der Filter fand nichts, was dagegen spricht."}

// reasons are whole clauses, after an opening. Those of spam, abuse and rules are
// used when no signal says more.
var reasons = map[models.Reason]clause{
	models.ReasonSpam:          {"taken as a whole, it resembles spam", "er im Ganzen Spam ähnelt"},
	models.ReasonAbuse:         {"taken as a whole, it resembles insults", "er im Ganzen Beleidigungen ähnelt"},
	models.ReasonRule:          {"a rule of the site applies to it", "eine Regel der Website auf ihn zutrifft"},
	models.ReasonOffTopic:      {"it is off topic", "er nicht zum Thema gehört"},
	models.ReasonIllegal:       {"it may be illegal", "er gegen Gesetze verstoßen könnte"},
	models.ReasonOther:         {"a moderator objected to it", "ein Moderator ihn beanstandet hat"},
	models.ReasonPremoderation: {"every comment here waits for a moderator", "hier jeder Kommentar auf eine Freigabe wartet"},
	models.ReasonHoneypot:      {"a form field that people do not see was filled in", "ein Formularfeld ausgefüllt war, das Menschen nicht sehen"},
	models.ReasonTooFast:       {"it came too soon after its form was opened, or its page does not say when that was", "er zu bald nach dem Öffnen seines Formulars kam oder seine Seite nicht sagt, wann das war"},
	models.ReasonFlagged:       {"readers reported it", "Leser ihn gemeldet haben"},
	models.ReasonSecondLook:    {"a second look did not agree with its approval", "ein zweiter Blick seiner Freigabe widersprach"},
	models.ReasonErased:        {"its author asked for its erasure", "sein Autor die Löschung verlangt hat"},
	models.ReasonEscalated:     {"it was left to an editor", "er der Redaktionsleitung überlassen wurde"},
	models.ReasonEdited:        {"its author changed it after a decision", "sein Autor ihn nach einer Entscheidung geändert hat"},
	models.ReasonWithdrawn:     {"its author took it back", "sein Autor ihn zurückgezogen hat"},
	models.ReasonAppeal:        {"its author appeals against a rejection", "sein Autor einer Ablehnung widersprochen hat"},
	models.ReasonImported:      {"it was imported as waiting", "er als wartend importiert wurde"},
	models.ReasonShadow:        {"every comment of this author waits for a moderator", "jeder Kommentar dieses Autors auf eine Freigabe wartet"},
	models.ReasonCampaign:      {"several authors posted the same text or the same address", "mehrere Autoren denselben Text oder dieselbe Adresse eingesandt haben"},
	models.ReasonBurst:         {"unusually many comments arrived on this article", "zu diesem Artikel ungewöhnlich viele Kommentare eintrafen"},
}

// wholeCampaign is the clause of models.ReasonCampaign when the size is known.
var wholeCampaign = clause{
	"{authors} authors posted the same text or the same address, in {count} comments so far",
	"{authors} Autoren denselben Text oder dieselbe Adresse eingesandt haben, bisher in {count} Kommentaren",
}

// subjects begin the clauses of signals.
var subjects = clause{"it ", "er "}

// signals are the clauses of signals, without their subject, by the longest
// beginning of the signal's name. {what} stands for what was found, in quotes, and {n}
// for a number; a German clause ends with its verb.
var signals = map[string]clause{
	"rule:blocked-word":   {"contains {what}, which is blocked here", "{what} enthält, was hier gesperrt ist"},
	"rule:suspect-word":   {"contains {what}, which is suspect here", "{what} enthält, was hier verdächtig ist"},
	"rule:blocked-name":   {"has an author whose name contains {what}, which is blocked here", "einen Autor hat, dessen Name {what} enthält, was hier gesperrt ist"},
	"rule:blocked-domain": {"names the blocked domain {what}", "die gesperrte Domain {what} nennt"},
	"rule:links":          {"has more links than the site allows ({n})", "mehr Links hat, als die Website erlaubt ({n})"},
	"rule:first-time":     {"is the author's first comment here", "der erste Kommentar dieses Autors ist"},
	"rule:anonymous":      {"has an author whom the site does not know", "einen Autor hat, den die Website nicht kennt"},
	"rule:trusted":        {"has a trusted author", "einen bewährten Autor hat"},
	"rule:test-string":    {"contains {what}, a string to test filters with", "{what} enthält, eine Zeichenfolge zum Testen von Filtern"},
	"rule:too-short":      {"is shorter than the site allows", "kürzer ist, als die Website erlaubt"},
	"rule:too-long":       {"is longer than the site allows", "länger ist, als die Website erlaubt"},
	"campaign:copies":     {"was posted in {n} near-copies", "in {n} ähnlichen Fassungen eingesandt wurde"},

	"campaign:link-added": {"repeats an earlier comment by somebody else and adds {what}", "einen früheren Kommentar eines anderen wiederholt und {what} hinzufügt"},
	"rule:known-link":     {"links to a site that moderators approved before", "auf eine Website verlinkt, die Moderatoren schon freigegeben haben"},

	"campaign:contact": {"gives a link, name or phone number that several new authors gave", "einen Link, Namen oder eine Telefonnummer nennt, die mehrere neue Autoren nannten"},

	"word":           {"uses words of known spam, such as {what}", "Wörter bekannten Spams verwendet, etwa {what}"},
	"pair":           {"uses phrases of known spam, such as {what}", "Wendungen bekannten Spams verwendet, etwa {what}"},
	"abuse/word":     {"uses words of known insults, such as {what}", "Wörter bekannter Beleidigungen verwendet, etwa {what}"},
	"abuse/pair":     {"uses phrases of known insults, such as {what}", "Wendungen bekannter Beleidigungen verwendet, etwa {what}"},
	"chars":          {"has words with parts that are usual in such comments", "Wortteile hat, die in solchen Kommentaren üblich sind"},
	"link":           {"has a link like those of spam", "einen Link hat, wie er in Spam üblich ist"},
	"link:shortener": {"has a link that hides where it leads", "einen Link hat, der sein Ziel verbirgt"},
	"link:messenger": {"leads readers into a private chat", "Leser in einen privaten Chat führt"},
	"number":         {"has numbers like those of spam", "Zahlen hat, wie sie in Spam üblich sind"},
	"number:phone":   {"has a phone number", "eine Telefonnummer hat"},
	"number:money":   {"names an amount of money", "einen Geldbetrag nennt"},
	"mark":           {"mentions an account or a topic the way spam does", "ein Konto oder Schlagwort so nennt, wie Spam es tut"},
	"mark:email":     {"has an e-mail address", "eine E-Mail-Adresse hat"},
	"mark:hashtag":   {"has a hashtag like those of spam", "ein Schlagwort hat, wie es in Spam üblich ist"},
	"emoji":          {"has emoji that are usual in such comments", "Emojis hat, die in solchen Kommentaren üblich sind"},
	"fold":           {"hides words from the filter", "Wörter vor dem Filter versteckt"},
	"fold:link":      {"writes a link so that it does not look like one", "einen Link so schreibt, dass er nicht wie einer aussieht"},
	"fold:masked":    {"masks letters of a word", "Buchstaben eines Wortes unkenntlich macht"},
	"fold:repeated":  {"repeats letters", "Buchstaben wiederholt"},

	"shape":              {"has the length or form of such comments", "Länge oder Form solcher Kommentare hat"},
	"shape:capitals":     {"uses capital letters the way such comments do", "Großbuchstaben so verwendet wie solche Kommentare"},
	"shape:exclamations": {"uses exclamation marks the way such comments do", "Ausrufezeichen so verwendet wie solche Kommentare"},
	"shape:links":        {"has as many links as such comments", "so viele Links hat wie solche Kommentare"},
	"shape:script":       {"is written in the script of such comments", "in der Schrift solcher Kommentare geschrieben ist"},
	"shape:tricks":       {"hides words from the filter in several ways", "Wörter auf mehrere Arten vor dem Filter versteckt"},
	"author":             {"has an author like those of such comments", "einen Autor wie solche Kommentare hat"},
	"author:link":        {"has a link in the author's name", "im Namen des Autors einen Link hat"},
	"author:disguised":   {"has a disguised author's name", "einen verschleierten Autornamen hat"},
	"author:mail":        {"has an e-mail provider like those of such comments", "einen E-Mail-Anbieter wie solche Kommentare hat"},
	"author:home":        {"has a home page like those of spam", "eine Homepage hat, wie sie bei Spam üblich ist"},
	"article":            {"has little to do with the article", "wenig mit dem Artikel zu tun hat"},
	"article:link":       {"links to the article's own site", "auf die Website des Artikels verlinkt"},

	"call":          {"asks something of its readers", "etwas von seinen Lesern will"},
	"call:mine":     {"promotes the author's own channel or site", "für den eigenen Kanal oder die eigene Website wirbt"},
	"call:promote":  {"promotes something", "für etwas wirbt"},
	"call:follow":   {"asks for followers or subscribers", "um Follower oder Abonnenten wirbt"},
	"call:act":      {"asks for a click", "zu einem Klick auffordert"},
	"call:prize":    {"offers a prize or a gift", "einen Gewinn oder ein Geschenk verspricht"},
	"call:earn":     {"promises easy money", "leichtes Geld verspricht"},
	"call:crypto":   {"is about crypto currencies", "von Kryptowährungen handelt"},
	"call:loan":     {"offers a loan", "einen Kredit anbietet"},
	"call:pharmacy": {"offers medicines", "Medikamente anbietet"},
	"call:gamble":   {"promotes gambling", "für Glücksspiel wirbt"},
	"call:dating":   {"offers dates", "Bekanntschaften anbietet"},
	"call:ranking":  {"offers better search results or more clicks", "bessere Suchergebnisse oder mehr Klicks anbietet"},
	"call:contact":  {"asks readers to get in touch privately", "Leser zu privatem Kontakt auffordert"},
	"call:beg":      {"begs for attention", "um Aufmerksamkeit bettelt"},
	"call:donate":   {"asks for donations", "um Spenden bittet"},
	"call:flatter":  {"flatters in general words", "in allgemeinen Worten lobt"},
	"call:business": {"speaks for a business", "für ein Unternehmen spricht"},
	"call:terms":    {"names terms of a sale", "Bedingungen eines Verkaufs nennt"},
	"call:testify":  {"praises somebody who makes money", "jemanden lobt, der Geld vermehrt"},
	"call:rescue":   {"offers to get back what was lost", "Verlorenes zurückzuholen verspricht"},
	"call:job":      {"offers work", "Arbeit anbietet"},
	"call:pitch":    {"reads like an advertisement", "sich wie Werbung liest"},
	"call:sale":     {"reads like an offer to customers", "sich wie ein Angebot an Kunden liest"},
	"call:scheme":   {"tells of somebody who makes money or helps, and how to reach him", "von jemandem erzählt, der Geld vermehrt oder hilft, und wie er zu erreichen ist"},
	"call:link":     {"has a link", "einen Link hat"},
	"call:reach":    {"has a phone number or an e-mail address", "eine Telefonnummer oder E-Mail-Adresse hat"},
	"call:some":     {"asks something of its readers", "etwas von seinen Lesern will"},
	"call:several":  {"asks several things of its readers", "mehreres von seinen Lesern will"},

	"call:link:trusted":          {"links to a site that the newsroom trusts", "auf eine Website verlinkt, der die Redaktion vertraut"},
	"call:link:promoted":         {"links to a site that looks like those of advertisements", "auf eine Website verlinkt, die nach Werbung aussieht"},
	"call:author:pitch":          {"reads like an advertisement by its author", "sich wie Werbung des Autors liest"},
	"call:link:cited":            {"cites a page", "eine Seite zitiert"},
	"call:author":                {"has an author whose name or home page advertises something", "einen Autor hat, dessen Name oder Homepage für etwas wirbt"},
	"call:link:named":            {"names a site", "eine Website nennt"},
	"call:author:contact":        {"has an author whose name asks readers to get in touch", "einen Autor hat, dessen Name zum Kontakt auffordert"},
	"call:author:link":           {"has a link in the author's name", "im Namen des Autors einen Link hat"},
	"call:author:phone":          {"has a phone number in the author's name", "im Namen des Autors eine Telefonnummer hat"},
	"call:author:throwaway":      {"has a throw-away e-mail address", "eine Wegwerf-E-Mail-Adresse hat"},
	"call:author:sentence":       {"has an author whose name is a sentence", "einen Autor hat, dessen Name ein Satz ist"},
	"call:author:home:shortener": {"has a home page that hides where it leads", "eine Homepage hat, die ihr Ziel verbirgt"},
	"call:author:home:messenger": {"has a home page that leads into a private chat", "eine Homepage hat, die in einen privaten Chat führt"},
	"call:author:home:text":      {"links to the author's home page", "auf die Homepage des Autors verlinkt"},
	"call:author:home:flatter":   {"flatters and names a home page", "lobt und eine Homepage nennt"},
	"call:author:home:own":       {"names the author's own home page", "die eigene Homepage des Autors nennt"},

	"call:link:short":  {"is a short text with a link", "ein kurzer Text mit Link ist"},
	"call:reach:short": {"is a short text with a phone number or an e-mail address", "ein kurzer Text mit Telefonnummer oder E-Mail-Adresse ist"},
	"call:some:link":   {"asks something of its readers and has a link", "etwas von seinen Lesern will und einen Link hat"},

	"address":            {"attacks a person or a group", "eine Person oder Gruppe angreift"},
	"address:threat":     {"threatens a person or a group: {what}", "eine Person oder Gruppe bedroht: {what}"},
	"address:wish":       {"wishes harm to a person or a group: {what}", "einer Person oder Gruppe Schaden wünscht: {what}"},
	"address:dehumanise": {"denies that people are people: {what}", "Menschen das Menschsein abspricht: {what}"},
	"address:insult":     {"insults a person: {what}", "eine Person beleidigt: {what}"},
	"address:group":      {"insults a group: {what}", "eine Gruppe beleidigt: {what}"},
	"address:slur":       {"uses a slur: {what}", "ein Schimpfwort für eine Gruppe verwendet: {what}"},
	"address:hate":       {"declares hatred of a person or a group: {what}", "einer Person oder Gruppe Hass erklärt: {what}"},

	"rest:word":    {"has many words that are usual in such comments", "viele Wörter hat, die in solchen Kommentaren üblich sind"},
	"rest:chars":   {"has many parts of words that are usual in such comments", "viele Wortteile hat, die in solchen Kommentaren üblich sind"},
	"rest:link":    {"has links like those of spam", "Links hat, wie sie in Spam üblich sind"},
	"rest:number":  {"has numbers like those of spam", "Zahlen hat, wie sie in Spam üblich sind"},
	"rest:mark":    {"mentions accounts or topics the way spam does", "Konten oder Schlagwörter so nennt, wie Spam es tut"},
	"rest:emoji":   {"has emoji that are usual in such comments", "Emojis hat, die in solchen Kommentaren üblich sind"},
	"rest:fold":    {"hides words from the filter", "Wörter vor dem Filter versteckt"},
	"rest:shape":   {"has the length or form of such comments", "Länge oder Form solcher Kommentare hat"},
	"rest:author":  {"has an author like those of such comments", "einen Autor wie solche Kommentare hat"},
	"rest:article": {"has little to do with the article", "wenig mit dem Artikel zu tun hat"},
	"rest:call":    {"asks something of its readers", "etwas von seinen Lesern will"},
	"rest:address": {"attacks a person or a group", "eine Person oder Gruppe angreift"},
	"rest":         {"resembles such comments in many small things", "solchen Kommentaren in vielem ähnelt"},
	"prior":        {"resembles most comments here that were rejected", "den meisten Kommentaren ähnelt, die hier abgelehnt wurden"},
}

// ordinary are the clauses of signals that speak for a comment, where those of signals
// speak against it: the same kinds, when the model knows them from what was published.
var ordinary = map[string]clause{
	"word":         {"uses words of published comments, such as {what}", "Wörter veröffentlichter Kommentare verwendet, etwa {what}"},
	"pair":         {"uses phrases of published comments, such as {what}", "Wendungen veröffentlichter Kommentare verwendet, etwa {what}"},
	"chars":        {"has words with parts that are usual in published comments", "Wortteile hat, die in veröffentlichten Kommentaren üblich sind"},
	"link":         {"has a link like those of published comments", "einen Link hat, wie er in veröffentlichten Kommentaren üblich ist"},
	"number":       {"has numbers like those of published comments", "Zahlen hat, wie sie in veröffentlichten Kommentaren üblich sind"},
	"mark":         {"mentions accounts or topics the way published comments do", "Konten oder Schlagwörter so nennt wie veröffentlichte Kommentare"},
	"emoji":        {"has emoji that are usual in published comments", "Emojis hat, die in veröffentlichten Kommentaren üblich sind"},
	"fold":         {"spells words the way published comments do", "Wörter so schreibt wie veröffentlichte Kommentare"},
	"shape":        {"has the length or form of published comments", "Länge oder Form veröffentlichter Kommentare hat"},
	"author":       {"has an author like those of published comments", "einen Autor wie veröffentlichte Kommentare hat"},
	"article":      {"has to do with the article", "mit dem Artikel zu tun hat"},
	"rest:word":    {"has many words that are usual in published comments", "viele Wörter hat, die in veröffentlichten Kommentaren üblich sind"},
	"rest:chars":   {"has many parts of words that are usual in published comments", "viele Wortteile hat, die in veröffentlichten Kommentaren üblich sind"},
	"rest:link":    {"has links like those of published comments", "Links hat, wie sie in veröffentlichten Kommentaren üblich sind"},
	"rest:number":  {"has numbers like those of published comments", "Zahlen hat, wie sie in veröffentlichten Kommentaren üblich sind"},
	"rest:mark":    {"mentions accounts or topics the way published comments do", "Konten oder Schlagwörter so nennt wie veröffentlichte Kommentare"},
	"rest:emoji":   {"has emoji that are usual in published comments", "Emojis hat, die in veröffentlichten Kommentaren üblich sind"},
	"rest:fold":    {"spells words the way published comments do", "Wörter so schreibt wie veröffentlichte Kommentare"},
	"rest:shape":   {"has the length or form of published comments", "Länge oder Form veröffentlichter Kommentare hat"},
	"rest:author":  {"has an author like those of published comments", "einen Autor wie veröffentlichte Kommentare hat"},
	"rest:article": {"has to do with the article", "mit dem Artikel zu tun hat"},
	"rest:call":    {"asks its readers for little", "von seinen Lesern wenig will"},
	"rest:address": {"speaks of people the way published comments do", "über Menschen so spricht wie veröffentlichte Kommentare"},
	"rest":         {"resembles published comments in many small things", "veröffentlichten Kommentaren in vielem ähnelt"},
	"prior":        {"is a comment, and most comments here are published", "ein Kommentar ist, und die meisten hier veröffentlicht werden"},
}
