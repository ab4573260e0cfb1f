package text

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// call is something that a comment asks of its readers, or offers them. Spam
// has few aims: whatever its words, it wants somebody to come, to pay or to
// pass it on.
type intent uint8

const (
	intentNone intent = iota
	intentPromote
	intentFollow
	intentAct
	intentPrize
	intentEarn
	intentCrypto
	intentLoan
	intentPharmacy
	intentGamble
	intentDating
	intentRanking
	intentContact
	intentBeg
	intentDonate
	intentFlatter
	intentOwnWork // own work: said by the next two together
	intentPossessive
	intentMedia
	numIntents
)

var intentNames = [numIntents]string{
	intentPromote: "promote", intentFollow: "follow", intentAct: "act", intentPrize: "prize", intentEarn: "earn", intentCrypto: "crypto", intentLoan: "loan",
	intentPharmacy: "pharmacy", intentGamble: "gamble", intentDating: "dating", intentRanking: "ranking", intentContact: "contact", intentBeg: "beg",
	intentDonate: "donate", intentFlatter: "flatter", intentOwnWork: "mine",
}

// phrases lists what each call is made with, in folded letters; accents do not
// count. A star ends a word whose ending is open. What a reader may say of the
// news as well ("visit", "bank", "casino tax") belongs here only in company,
// and the list is of general knowledge: no phrase is there for one campaign.
var phraseLists = [numIntents]string{
	intentPromote: `check out, check it out, check this out, check me out, check us out, check them out, check my, check our, checkout my,
		take a look at my, have a look at my, look at my, come see my, come watch, come check, go check, please check, pls check, plz check, visit my, visit our,
		visit us, view my, watch my, listen to my, hear my, stop by my, stream my, buy my, search for my, look me up, look up my, type in,
		give us a, give me a chance, give my, give it a listen, give it a look, new video, brand new song, just uploaded, just posted, i make, we make videos, i do covers, i sing,
		i rap, im a singer, i am a singer, im a rapper, i am a rapper, im an artist, upcoming artist, new artist, aspiring, unsigned, up and coming, youtuber, small channel, new channel,
		new to youtube, some feedback, any feedback, leave a comment on, hit me up, peep my,
		schaut vorbei, schau mal vorbei, besucht mein*, besuche mein*, besuchen sie unsere, besucht unsere, schaut euch mein*, mein neues video, auf meinem kanal, meinen kanal,
		visita mi, visiten mi, visitad mi, mira mi, miren mi, pasate por mi, mi nuevo video, en mi canal, a mi canal, mi pagina, visitez mon, visitez ma, visitez notre, allez voir, jetez un oeil, ma nouvelle video, ma chaine,
		visita il mio, visitate il mio, guarda il mio, guardate il mio, mio canale, passa dal mio, visite meu, visite o meu, visite nosso, da uma olhada no, meu canal, nosso canal,
		bezoek mijn, bekijk mijn, mijn kanaal, odwiedz moj*, zapraszam na moj*, zapraszam do siebie, zapraszam na kanal, moj kanal, mojego kanalu, wpadaj na moj*,
		заходи на, заходите на, заходи ко мне, заходите ко мне, загляни на, загляните на, посмотри мо*, посмотрите мо*, мой канал, мой новый, моем канале, наш канал, нашем канале, моего канала, переходи по, переходите по, переходи на, переходите на,
		kunjungi, mampir ke, mampir di, cek channel, cek video, cek bio, channel saya, channel gue, channelku`,
	intentFollow: `subscribe to my, subscribe to our, subscribe to me, subscribe me, subscribe now, please subscribe, pls subscribe, plz subscribe, and subscribe, subscribe and, subscribe for, subscribe if, subscribe, sub to my, sub to me, sub me, sub for sub, sub my, sub4sub, subasub, suscribe, subscrib, subcribe, subscibe, subs, subscriber, subscribers, subscribing,
		follow me, follow us, follow my, follow our, follow back, follow for follow, followers, add me, add us, friend me, like my page, like our page, join my channel, like and subscribe, hit the bell,
		abonniert mein*, abonniere mein*, abonniert uns, abonniert mich, lasst ein abo, folgt mir, folge mir, folgt uns, abonnez vous, abonne toi, suivez moi, suivez nous, suivez ma,
		suscribete, suscribanse, suscribirse, sigueme, siganme, siguenos, se inscreva, inscreva se, inscrevam se, me sigam, me siga, siga me, iscriviti, iscrivetevi, seguimi, seguitemi, seguici,
		subskrybuj*, zasubskrybuj*, obserwuj moj*, volg mij, abonneer, takip et*, abone ol*,
		подпишись, подпишитесь, подписывай*, подписка на, добавляйся, добавляйтесь, 구독*, 팔로우*, 맞팔, subscribe ya, jangan lupa subscribe, subrek, subcribe`,
	intentAct: `click here, click on, click the, click this, click below, click my, clicking here, clicking on, click link, link below, link in bio, link in my, links in my, the link in, follow the link, follow this link, this link, at this link,
		sign up, signup, register now, register here, join now, join us, join my, join here, join our, join the group, call now, call us, call today, call free, call this number, text to, txt, txt to, text stop, reply yes, reply with, send stop, stop to,
		buy now, order now, order online, shop now, apply now, apply here, download now, download here, download the app, get it now, get yours, get started, start now, act now, hurry up, dont miss, do not miss, limited time, limited offer, offer expires, offer ends, for more info, for more information, for more details, more info at, for details, find out more at, learn more at, visit www, visit http, visit this, visit here, go to www, go to this, google it, just google, check this, watch this,
		hier klicken, klick hier, klickt hier, klicken sie hier, auf den link, jetzt anmelden, jetzt registrieren, jetzt bestellen, jetzt kaufen, mehr infos unter, cliquez ici, clique ici, cliquez sur, inscrivez vous, commandez maintenant, profitez en,
		haz clic, haga clic, da click, clic aqui, click aqui, registrate, inscribete, aprovecha, compra ya, llama ya, clicca qui, clicca sul, registrati, clique aqui, clique no, cadastre se, acesse, klik hier, meld je aan, kliknij, zarejestruj sie, klik disini, klik di sini, klik link, daftar sekarang, daftar disini, daftar di,
		жми, жмите, кликай*, по ссылке, ссылка в, ссылке в, пиши в лс, пишите в лс, пиши в личку, пишите в личку, пишите мне, пиши мне, пиши плюс, ставь плюс, успей, успейте, успевай*, регистрируй*, подробности в, подробнее в, подробнее по, оставь заявку, оставьте заявку, 클릭*, 바로가기, 링크*`,
	intentPrize: `for free, free gift, free gifts, free trial, free entry, free iphone, free money, free download, free access, 100 free, absolutely free, totally free, completely free, giveaway, giveaways, prize, prizes, you won, you have won, youve won, have won a, u won, to win a, win a, win free, chance to win, claim your, claim now, to claim, reward, rewards, gift card, gift cards, giftcard, voucher, vouchers, coupon, coupons, discount code, promo code, bonus code, free shipping, special offer, congratulations you, awarded,
		gratis iphone, gewinnspiel, gewinne ein*, sie haben gewonnen, gutschein*, rabattcode, gagnez, vous avez gagne, code promo, carte cadeau, gratuitement, ganaste, has ganado, gana un, gratis aqui, sorteo, hai vinto, vinci un, buono regalo, voce ganhou, sorteio, cupom, je hebt gewonnen, wygraj, wygrales, kod rabatowy,
		вы выиграли, розыгрыш*, приз, призы, промокод*, скидк*, бесплатно, подар*, hadiah, gratis, undian, 무료*, 당첨*, 이벤트*, 쿠폰*`,
	intentEarn: `work from home, working from home, work at home, home based, make money, making money, made money, earn money, earning money, earn cash, earn up to, earn from, extra income, extra cash, passive income, online income, income online, online job, online jobs, online work, part time job, easy money, fast money, quick money, free cash, get paid, i get paid, paid to, per day, a day from, a week from, dollars a day, dollars per, an hour from, every day from home, my first paycheck, quit my job, financial freedom, be your own boss, business opportunity, mlm, home business, money online, cash online, rich quick, surveys, paid surveys,
		geld verdienen, von zuhause aus, von zu hause aus, nebenverdienst, passives einkommen, gagner de l argent, gagner de largent, argent facile, travail a domicile, revenu passif, ganar dinero, gana dinero, dinero facil, dinero desde casa, trabaja desde casa, ingresos pasivos, guadagnare online, guadagna da casa, soldi facili, lavoro da casa, ganhar dinheiro, ganhe dinheiro, renda extra, trabalhe em casa, geld verdienen, thuiswerken, zarabiaj*, zarobek,
		заработ*, зарабатыва*, доход от, доход в, доходом, пассивный доход, удаленная работ*, удаленной работ*, удаленную работ*, удаленк*, подработк*, без вложений, в неделю, требуются, ищу людей, ищем людей, набираю*, набор в, в команду, от 18 лет, нужны люди, cuan, penghasilan, kerja online, kerja dari rumah, 부업*, 재택*, 수익*, 고수익*`,
	intentCrypto: `bitcoin, bitcoins, btc, crypto, cryptocurrency, ethereum, usdt, binance, airdrop, forex, trading platform, trading signals, expert trader, trader, invest with, investment platform, invest in, return on, returns, profits, binary options, nft, token sale, mining platform, kryptowährung*, geld anlegen, cryptomonnaie*, criptomoneda*, criptovalut*, criptomoeda*, kryptowalut*, inwestycj*,
		крипт*, биткоин*, трейд*, инвестиц*, арбитраж*, обмен usdt, бирж*, p2p, 코인*, 비트코인*, 리딩방*, 주식방*, saham`,
	intentLoan: `loan, loans, payday, lender, lenders, credit score, bad credit, credit repair, debt relief, mortgage rates, refinance, cash advance, low interest, interest rate of, insurance quotes, cheap insurance, sofortkredit, kredit ohne, kredite, pret entre, offre de pret, credit rapide, prestamo*, prestito, prestiti, emprestimo*, pozyczk*, chwilowk*, кредит*, займ*, микрозайм*, pinjaman, pinjol, dana tunai, 대출*, 급전*`,
	intentPharmacy: `viagra, cialis, levitra, kamagra, xanax, tramadol, valium, ambien, pharmacy, pharmacies, online pharmacy, no prescription, without prescription, pills, weight loss, lose weight, fat burn*, diet pills, keto, garcinia, testosterone, supplement, supplements, steroid*, penis, enlargement, male enhancement, erectile, cbd, cbd oil, hgh, herbal, herbs, herpes, cured me, spell caster, love spell,
		potenzmittel, abnehmen mit, pharmacie en ligne, perdre du poids, bajar de peso, perder peso, emagrecer, perdere peso, odchudzani*, виагр*, сиалис*, потенци*, похуд*, obat kuat, pelangsing, 비아그라*, 다이어트약`,
	intentGamble: `casino, casinos, slot, slots, jackpot, poker, roulette, blackjack, betting, bookmaker*, bookie*, sportsbook, sports bet*, free spins, no deposit, deposit bonus, welcome bonus, lottery, lotto, online gambling, sportwetten, freispiele, paris sportif*, tragaperras, apuestas, scommesse, apostas, zaklady bukmacherskie, kasyno,
		казино, ставк*, букмекер*, рулетк*, фриспин*, слоты, вулкан, джекпот, gacor, slot gacor, situs, judi, togel, maxwin, jp, jepe, wd, depo, bandar, taruhan, bonus, cuan, 카지노*, 토토*, 바카라*, 슬롯*, 먹튀*, 배팅*`,
	intentDating: `hot girls, hot girl, sexy girls, single girls, single women, singles, dating, dating site, hookup, hook up, webcam, cam girl*, camgirl*, nudes, naked, nude, porn, porno, xxx, sex, sexy, escort, escorts, milf, onlyfans, horny, adult, meet women, meet girls, chat with, sugar daddy, sugar mummy, private pics, my nudes,
		partnersuche, sexkontakte, heisse frauen, rencontre coquine, plan cul, rencontres, citas, chicas calientes, incontri, encontros, randki, знакомств*, девочк*, интим*, порно, секс, эскорт*, вебкам*, проститут*, bokep, open bo, vcs, 만남*, 조건만남*, 야동*, 출장*`,
	intentRanking: `seo, backlink, backlinks, search engine, search engines, google rank*, rank higher, page rank, traffic to your, web traffic, website traffic, more traffic, guest post, link exchange, exchange links, web hosting, web design, domain name, keyword, keywords, my web site, my webpage, my web page, my homepage, my blog post, my weblog, my web blog, also visit my, feel free to visit, feel free to surf, here is my, look into my, take a look at my, my website, my blog, my site, buy views, buy likes, buy followers, get views, get followers, more followers, more subscribers, more views, gain subscribers, free subscribers, free followers, bulk email, email marketing, affiliate, replica, outlet, cheap, louis vuitton, nike, ugg, jerseys, wholesale, essay writing, write my essay, movie online, full movie, watch online, download free, free download, keygen, crack, cheats, hack tool, generator,
		suchmaschinenoptimierung, referencement, posicionamiento, posizionamento, продвижени*, раскрутк*, накрутк*, рассылк*, трафик*, 백링크*, 홍보*, jasa`,
	intentContact: `whatsapp, whats app, telegram, telegramm, wechat, kik me, kik, snapchat, add me on, skype, viber, dm me, dm for, dm us, pm me, inbox me, message me, message us, text me, contact me, contact us, contact him, contact her, email me, email us, mail me, write me, reach me, reach out to, reach him, contact via, call me, call or text, hmu, t me, discord, my number, my email, hotline, helpline,
		schreib mir, schreibt mir, kontaktieren sie, melde dich bei, ecrivez moi, contactez moi, contactez nous, contactez, escribeme, escribanme, contactame, contactenos, scrivimi, contattami, contattatemi, me chama no, chama no, entre em contato, napisz do mnie,
		вотсап*, ватсап*, вайбер*, телеграм*, телеграмм*, в тг, тг, в лс, в личку, в личные, лс, личку, личные сообщения, пиши, пишите, напиши*, свяжитесь, обращайтесь, hubungi, wa, kontak, 카톡*, 텔레그램*, 텔레*, 문의*, 상담*, 연락*`,
	intentBeg: `thumbs up, thumb up, thumbs this up, like this comment, like my comment, like if, please like, pls like, plz like, likes for, give me a like, give a like, share this, please share, share my, share our, pass this on, pass it on, spread the word, copy and paste, copy paste, repost this, post this, send this to, send it to, forward this, top comment, upvote, dont ignore, please dont ignore, before you scroll, sorry for the spam, not spam, not a spam, this isnt spam, im sorry to bother, i know this is, hate me, please help me, help me get, help me reach, help us get, help us reach, just a minute, one minute, few seconds, 10 seconds, a moment of your time, take a second, mean the world, means a lot, mean a lot, if you have time, appreciate it, much appreciated, be appreciated, god bless you, my dream, our dream,
		daumen hoch, bitte teilen, teilt das, weitersagen, partagez, faites tourner, pouce bleu, comparte, compartan, dale like, den like, denle like, condividi, condividete, mettete mi piace, compartilhe, deixa o like, deixem o like, curta, udostepnij, lapka w gore, поставь лайк, поставьте лайк, ставьте лайк*, ставь лайк, лайк*, репост*, делай репост, поделись, поделитесь, перешли*, разошли*, tolong like, bantu like, sebarkan, 좋아요 눌러*, 공유*, 추천 눌러*`,
	intentDonate:  `donate, donation, donations, gofundme, kickstarter, indiegogo, patreon, paypal, crowdfunding, vote for me, vote for us, vote for my, please vote, sign the petition, sign this petition, sign my petition, sign our petition, fundraiser, charity, spendet, spendenkonto, faites un don, donen, dona aqui, doe een donatie, пожертв*, помогите, карта сбер*, номер карты, сбор средств`,
	intentFlatter: `great post, nice post, good post, great blog, nice blog, awesome blog, great article, nice article, good article, excellent article, great site, nice site, this blog, your blog, your site, your website, your weblog, this website, this web site, blog post, bookmark, bookmarked, bookmarking, keep it up, keep up the, very informative, informative, i stumbled upon, stumbled upon, came across your, look forward to, thanks for sharing, thank you for sharing, for sharing, this paragraph, piece of writing, great info, useful info, helpful info, valuable information, i like what you, i really like your, well written, rss, guest author`,
	intentPossessive:   `my, mine, our, mein, meine, meinen, meinem, meiner, unser, unsere, unseren, mon, ma, mes, notre, nos, mi, mis, nuestro, nuestra, mio, mia, miei, nostro, nostra, meu, minha, meus, nosso, nossa, mijn, onze, moj, moja, moje, moim, moj*, мой, моя, мое, мои, моего, моей, моем, моему, моих, мою, наш, наша, наше, наши, нашего, нашей, нашем, нашу, 내, 제, 우리, benim, saya, aku, gue, gua, kami, min, mitt`,
	intentMedia: `channel, channels, chanel, channle, video, videos, vid, vids, cover, covers, remix, remixes, mixtape, mixtapes, beats, song, songs, music, track, tracks, single, ep, album, rap, raps, rapping, singing, vocals, lyrics, soundcloud, youtube, yt, instagram, insta, ig, twitter, facebook, fb, tiktok, twitch, stream, streams, livestream, playlist, podcast, page, pages, blog, blogs, weblog, website, websites, site, homepage, webpage, profile, content, tutorials, gameplay, gameplays, gaming, vlog, vlogs, vlogging, shop, store, merch, app, link, links, bio, comedy, parody, parodies, animation, animations, beatbox, band, clip, clips, uploads, upload, ebook,
		kanal, kanals, kanaele, kanale, seite, webseite, shop, lied, musik, chaine, chaines, canal, pagina, sitio, tienda, musica, cancion, canciones, canale, sito, canzone, site, loja, kanaal, kanalu, strona, strone, piosenk*, канал*, видео, ролик*, видос*, сайт*, страниц*, групп*, паблик*, блог*, музык*, песн*, инст*, 채널*, 영상*, 블로그*, 유튜브*, 노래*, situs, lagu`,
}

// trie holds the phrases, one symbol a step. The first twig is the root.
type trie []node

// twig has a bit for each symbol that goes on, and its children one beside
// the other, so that a step reads one place.
type node struct {
	symbols uint64
	firstChild   uint16 // the first
	intent    intent   // that ends here
	prefixIntent    intent   // that ends here, however the word goes on
}

// Symbols: letters, blank and digits, and the halves of the bytes of other
// letters. No twig has the last.
const (
	digitSymbol = 27
	upperHalf   = 37
	lowerHalf   = 45
	noSymbol    = 63
)

var symbols = func() (t [utf8.RuneSelf]byte) {
	for c := range t {
		switch {
		case c >= 'a' && c <= 'z':
			t[c] = byte(c - 'a')
		case c == ' ':
			t[c] = 26
		case c >= '0' && c <= '9':
			t[c] = byte(c - '0' + digitSymbol)
		default:
			t[c] = noSymbol
		}
	}
	return t
}()

func appendSymbols(b []byte, letter byte) []byte {
	if letter < utf8.RuneSelf {
		return append(b, symbols[letter])
	}
	return append(b, letter>>4-8+upperHalf, letter&15+lowerHalf)
}

var phrases = func() trie {
	var keys []string
	for _, list := range phraseLists {
		for p := range strings.SplitSeq(list, ",") {
			key, _ := encodePhrase(p)
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	t := buildTrie(keys)
	for c, list := range phraseLists {
		for p := range strings.SplitSeq(list, ",") {
			at := uint16(0)
			key, open := encodePhrase(p)
			for i := range len(key) {
				at = t.child(at, key[i])
			}
			if open {
				t[at].prefixIntent = intent(c)
			} else {
				t[at].intent = intent(c)
			}
		}
	}
	return t
}()

// spell returns the symbols of a phrase, and whether a star ends it.
func encodePhrase(phrase string) (string, bool) {
	phrase, open := strings.CutSuffix(strings.Join(strings.Fields(phrase), " "), "*")
	var key []byte
	for _, r := range phrase {
		for _, letter := range utf8.AppendRune(nil, phraseLetter(r)) {
			key = appendSymbols(key, letter)
		}
	}
	return string(key), open
}

// grow makes the twigs of sorted keys, level by level.
func buildTrie(keys []string) trie {
	type branch struct {
		keys  []string
		depth int
	}
	t, branches := trie{{}}, []branch{{keys: keys}}
	for at := 0; at < len(t); at++ {
		keys, depth := branches[at].keys, branches[at].depth
		t[at].firstChild = uint16(len(t))
		for len(keys) > 0 {
			if len(keys[0]) == depth {
				keys = keys[1:]
				continue
			}
			n := 1
			for n < len(keys) && keys[n][depth] == keys[0][depth] {
				n++
			}
			t[at].symbols |= 1 << keys[0][depth]
			t, branches = append(t, node{}), append(branches, branch{keys[:n], depth + 1})
			keys = keys[n:]
		}
	}
	return t
}

// turn returns the twig that a symbol leads to, 0 when there is none.
func (t trie) child(at uint16, symbol byte) uint16 {
	w := &t[at]
	bit := uint64(1) << (symbol & 63)
	if w.symbols&bit == 0 {
		return 0
	}
	return w.firstChild + uint16(bits.OnesCount64(w.symbols&(bit-1)))
}

// step returns the twig that a letter leads to, 0 when there is none.
func (t trie) next(at uint16, letter byte) uint16 {
	if letter < utf8.RuneSelf {
		return t.child(at, symbols[letter])
	}
	if at = t.child(at, letter>>4-8+upperHalf); at != 0 {
		at = t.child(at, letter&15+lowerHalf)
	}
	return at
}

// walk follows the letters of a word, and returns where it ends and what it
// says there.
func (t trie) matchWord(at uint16, word []byte) (uint16, intent) {
	star := intentNone
	for i := 0; i < len(word); {
		size := 1
		if word[i] < utf8.RuneSelf {
			at = t.next(at, word[i])
		} else {
			r, n := utf8.DecodeRune(word[i:])
			var b [utf8.UTFMax]byte
			for _, letter := range b[:utf8.EncodeRune(b[:], phraseLetter(r))] {
				if at = t.next(at, letter); at == 0 {
					break
				}
			}
			size = n
		}
		if at == 0 {
			return 0, star
		}
		if c := t[at].prefixIntent; c != intentNone {
			star = c
		}
		i += size
	}
	if c := t[at].intent; c != intentNone {
		return at, c
	}
	return at, star
}

// unmarked takes the mark off a letter, unless that makes another letter.
func phraseLetter(r rune) rune {
	if r == 'й' {
		return r
	}
	return BaseLetter(r)
}

// begun is a phrase that may go on with the next word.
type openPhrase struct {
	node    uint16
	start int32 // in the text
}

// hear follows the phrases that a word goes on with or begins. Words that
// are not neighbours make no phrase.
func (sc *Scanner) matchPhrases(w wordSpan, neighbour bool) {
	if !neighbour {
		sc.openPhrases = sc.openPhrases[:0]
	}
	word := sc.wordBytes[w.from:w.to]
	going := append(sc.openPhrases, openPhrase{0, w.start})
	sc.openPhrases = going[:0] // what is kept never passes what was read
	for _, b := range going {
		at, c := b.node, intentNone
		if at != 0 {
			if at = phrases.next(at, ' '); at == 0 {
				continue
			}
		}
		if at, c = phrases.matchWord(at, word); at != 0 && phrases[at].symbols != 0 {
			sc.openPhrases = append(sc.openPhrases, openPhrase{at, b.start})
		}
		sc.recordIntent(c, b.start, w.end)
	}
}

const maxOwnWorkDistance = 4 // words from "my" to "channel" at most

// called keeps a call, and finds where somebody's own work is spoken of.
func (sc *Scanner) recordIntent(c intent, start, end int32) {
	n := &sc.counters
	switch c {
	case intentNone:
		return
	case intentPossessive:
		n.lastPossessive = n.words
		return
	case intentMedia:
		if n.lastPossessive == 0 || n.words-n.lastPossessive > maxOwnWorkDistance {
			return
		}
		c = intentOwnWork
	}
	if n.intents&(1<<c) == 0 {
		n.intents |= 1 << c
		sc.intentSpans[c] = wordSpan{start: start, end: end}
	}
}

// sayCalls adds what the calls are together, and in which company: a link in
// a short text is another thing than one in a long letter.
func (sc *Scanner) emitIntents() {
	n := &sc.counters
	size := "long"
	switch {
	case n.words <= 20:
		size = "short"
	case n.words <= 80:
		size = "medium"
	}
	for c := range numIntents {
		if n.intents&(1<<c) == 0 {
			continue
		}
		in := ""
		if size == "long" {
			in = size
		}
		sc.emit(Intent, intentNames[c], in, sc.intentSpans[c].start, sc.intentSpans[c].end)
	}
	if n.links > 0 {
		sc.emit(Intent, "link", size, -1, -1)
	}
	if n.phones+n.emails > 0 {
		sc.emit(Intent, "reach", size, -1, -1)
	}
	several := bits.OnesCount32(n.intents &^ (1 << intentFlatter))
	if several == 0 {
		return
	}
	sc.emit(Intent, "some", size, -1, -1)
	if several > 1 && size != "long" {
		sc.emit(Intent, "several", bucket(min(several, 4)), -1, -1)
	}
	if n.links > 0 {
		sc.emit(Intent, "some", "link", -1, -1)
	}
}
