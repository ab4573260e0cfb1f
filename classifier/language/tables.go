package language

import (
	"strings"
	"unicode"
)

// alphabets tell a language alone. Japanese is mixed with Han, and told apart by
// its syllables before Chinese is thought of.
var alphabets = [...]struct {
	script *unicode.RangeTable
	lang   string
}{
	{unicode.Hiragana, "ja"},
	{unicode.Katakana, "ja"},
	{unicode.Hangul, "ko"},
	{unicode.Han, "zh"},
	{unicode.Cyrillic, "ru"},
	{unicode.Greek, "el"},
	{unicode.Hebrew, "he"},
	{unicode.Arabic, "ar"},
	{unicode.Thai, "th"},
	{unicode.Devanagari, "hi"},
}

// words, longer than a letter, are those of the lists below, each with the codes
// of all languages that have it.
var words = invert(map[string]string{
	"en": `the and that is are was were you your of to it this they have has had not with for what who why how be been
		would should could will just from there their we she he his her if but or as at on an by do does did dont
		no all so me my im its about people more than can get when which up out like one some any these those thanks great`,
	"de": `der die das und ist nicht ein eine einen einem einer ich du sie wir ihr es mit auf für von zu den dem des im
		auch sich wie aber oder was wer wenn dann doch noch nur schon mal ja nein kein keine bei nach aus um über so
		sind war hat haben wird werden kann man mehr sehr hier da dass daß durch vor zum zur als am an in wieder danke mein dein`,
	"fr": `le la les des du et est pas une un que qui dans pour sur avec il elle nous vous ils ce cette ces sont plus
		mais ou où je tu on au aux de en par comme tout tous bien très ne se son sa ses être avoir fait quoi moi merci`,
	"es": `el la los las de del es que en un una por para con no se su lo como más pero sus al le ha me si sin sobre
		este esta ya entre cuando muy todo también fue hay yo tú qué nos eso son está porque gracias`,
	"it": `il lo la gli le di del della che in un una per con non si su come più ma sono ho ha al alla dei delle
		questo questa anche io tu lei noi voi loro se cosa perché quando tutto tutti molto bene ci mi grazie dal nel`,
	"pt": `os as de do da dos das que em um uma por para com não se seu sua como mais mas ao no na isso este esta
		eu você ele ela nós muito já também foi são está quando tudo bem obrigado nem pelo pela`,
	"nl": `de het een en is niet ik je jij hij zij wij ze we dat die van in op te met voor zijn aan er maar om ook als
		dan bij nog naar uit wat wie hoe waarom geen wel door over heeft hebben wordt kan meer deze dit mijn goed bedankt`,
	"pl": `na do się nie to jest że jak ale po tak za od czy tylko ja ty on ona my wy oni dla przez już być
		ma są był była może bardzo mnie tego też gdy kto`,
	"sv": `och att det som är en på för med inte jag du han hon vi de ni av till den ett har om men var så från kan
		när nu bara eller vad sig mycket här ska alla bra tack`,
	"da": `og at det som er en på for med ikke jeg du han hun vi de af til den et har om men var så fra kan når nu
		bare eller hvad sig meget her skal alle godt tak`,
	"tr": `ve bir bu da de için çok ne ben sen biz siz onlar ile gibi daha var yok ama değil mi mı her kadar sonra
		en ki şey olan olarak diye`,
	"id": `yang dan di ini itu dengan untuk tidak ada dari aku saya kamu dia kita mereka akan bisa sudah juga ke pada
		nya gak ga aja lagi kalau karena apa siapa banget udah jangan semua orang bang min kak`,
})

// marks are letters that say something of the language by themselves.
var marks = map[rune]string{
	'ß': "de", 'ä': "desv", 'ö': "desvtr", 'ü': "detr", 'ñ': "es", 'ã': "pt", 'õ': "pt", 'ł': "pl", 'ą': "pl", 'ę': "pl",
	'ż': "pl", 'ś': "pl", 'ş': "tr", 'ğ': "tr", 'ı': "tr", 'å': "svda", 'ø': "da", 'æ': "da", 'ê': "frpt", 'è': "frit", 'ç': "frpttr",
}

func invert(lists map[string]string) map[string]string {
	byWord := map[string]string{}
	for lang, list := range lists {
		for word := range strings.FieldsSeq(list) {
			byWord[word] += lang
		}
	}
	return byWord
}
