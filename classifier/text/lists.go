package text

import "strings"

// doubles finds a word that has double letters by the same word without them.
var doubledWords = func() map[string]string {
	m := make(map[string]string, 256)
	for word := range strings.FieldsSeq(doubleWords) {
		key := make([]byte, 0, 16)
		for i := range len(word) {
			if i == 0 || word[i] != word[i-1] {
				key = append(key, word[i])
			}
		}
		m[string(key)] = word
	}
	return m
}()

// doubleWords are common words that somebody may draw out, each the only one
// of its squeezed form.
const doubleWords = `
channel rapper apply recommend possible session passion appear opposite planned banner tunnel arrive terrible
horrible correct correctly worry cheese speech deep bloody choose goose loose noodle football ballet
millionaire bullet happiness fitness wellness business witness massage message mission permission discussion
professional professor essay mattress settle settings mittens kitten cannot manner inner annoying annoyed
personnel committed committee summit skill skills thrill grill drill chill swell wallet valley jelly belly
silly alley rally gallery ballon collection free freedom good goods cool look looking see seen need needed
sweet week weekend keep keeping meet meeting been three green street feel feeling feet sleep queen screen
speed seed indeed between too food book room soon moon mood door floor blood school wood foot tool tools roof
proof root shoot boost all call called ball fall hall tall wall small really full pull bull well tell sell
hell hello bell cell spell smell will still kill bill fill pill pills till killer miss missing pass class
glass boss loss less kiss mess success process access address press stress happy apple app apps support supply
opportunity supper happen happened stopped shopping hurry sorry carry married tomorrow current error mirror
add added adding middle hidden sudden daddy buddy ladder little better letter bitter bottom button cotton
matter butter lottery bottle attention getting sitting hitting putting betting summer common comment comments
community communication immediately hammer yummy mommy winner dinner running funny sunny penny beginning
connect connected annual off offer offers office officer official coffee traffic different difficult
difference effect effort follow followers following yellow allow fellow dollar dollars million billion collect
college illegal guarantee bigger egg suggest struggle luggage accept account accounts according soccer occur
bubble rabbit hobby buzz pizza puzzle jazz dizzy ass asshole boob boobs booty pussy tiffany jennifer facebook
google yahoo twitter whatsapp bookmaker poor
`

// plainDomains are the top-level domains that are not also words, so that a
// name with one is a link wherever it stands.
var topLevelDomains = wordSet(`
com net org info biz edu gov mil xyz club online website app dev io tv cc ws ru ua by kz su de uk fr nl pl cz sk hu
ro bg gr tr pt br mx cn jp kr tw hk vn ph sg eu icu cyou cfd sbs ly gl gd tk ml gq
`)

// wordDomains are those that are also words or abbreviations: they make a link
// only in company of a scheme, "www" or a path.
var ambiguousDomains = wordSet(`
me it is in to at be no so us am as do la ai art best life world today love mobi name ca ch es dk se fi au nz za ir il
ae sa im st sh vc ag ac pw si rs hr lt lv ee lu li mt cy ge al ba md mn pk bd lk ng ke gh eg ma tn pe cl ar ve uy py bo
ec cr pa gt hn sv ni cu tel travel jobs asia one ninja social co my id th ga cf top site store shop click link live pro
vip win bet casino game games poker loan loans cash money bid trade space host fun rest buzz stream download racing date
review party science work men gdn network digital media news agency center company email group guru page blog cloud tech
`)

// shorteners hide where a link leads.
var shorteners = wordSet(`
bit.ly goo.gl tinyurl.com t.co ow.ly is.gd buff.ly adf.ly bit.do cutt.ly rebrand.ly rb.gy shorturl.at t.ly tiny.cc
v.gd s.id lnkd.in clck.ru vk.cc u.to linktr.ee short.link dlvr.it soo.gd x.gd ouo.io shrtco.de kutt.it qr.ae
`)

// messengers lead readers away into a private talk.
var messengers = wordSet(`t.me telegram.me telegram.dog wa.me api.whatsapp.com chat.whatsapp.com m.me discord.gg line.me viber.click`)

// currencies are words that make an amount of a number.
var currencies = wordSet(`
usd eur gbp chf dollar dollars euro euros pound pounds bucks btc usdt eth rub idr inr rp rs руб р евро долларов гривен рублей рубля рублях тыс
грн злотых zł kr sek nok dkk lei lev tl lira yen won 원 만원 元 円 万 万元 rupiah ribu juta
`)

func wordSet(words string) map[string]bool {
	m := make(map[string]bool, 64)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
