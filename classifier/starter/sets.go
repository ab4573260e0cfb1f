package main

import (
	"slices"

	"winnow/classifier"
	"winnow/classifier/text/lexicon"
)

// set is a public label set that the starter model learns from. Its licence allows
// models of it to be published.
type set struct {
	classifier.Dataset
	file    string   // name of its label file, FILE.train.jsonl
	sources []string // beginnings of the sources of the rows that may be learned from; nil: all
}

// mailSource begins the sources of the mail corpus.
const mailSource = "sa:"

// sets are what the starter learns from. Sets without a licence, or with one that
// forbids commercial use, are not among them.
var sets = []set{
	{classifier.Dataset{Name: "YouTube Spam Collection (Alberto, Lochter, Almeida 2015)", Licence: "CC BY 4.0", URL: "https://archive.ics.uci.edu/dataset/380/youtube+spam+collection"}, "youtube", nil},
	{classifier.Dataset{Name: "SMS Spam Collection (Almeida, Gómez Hidalgo 2011)", Licence: "CC BY 4.0", URL: "https://archive.ics.uci.edu/dataset/228/sms+spam+collection"}, "sms", nil},
	{classifier.Dataset{Name: "SpamAssassin public mail corpus", Licence: "CC0 1.0", URL: "https://spamassassin.apache.org/old/publiccorpus/"}, "spamassassin", nil},
	{classifier.Dataset{Name: "Spam of a WordPress blog (S. Tuli 2017)", Licence: "WTFPL", URL: "https://github.com/sidtuli/spam-analysis"}, "blog_fields", []string{"wordpress-blog"}},
	{classifier.Dataset{Name: "tg-spam samples", Licence: "MIT", URL: "https://github.com/umputun/tg-spam"}, "telegram", []string{"tg-spam"}},
	{classifier.Dataset{Name: "tg-spam samples of 2023", Licence: "MIT", URL: "https://github.com/umputun/tg-spam"}, "tg_spam_2023", nil},
	{classifier.Dataset{Name: "Civil Comments, toxic spans (Pavlopoulos et al. 2021)", Licence: "CC0 1.0", URL: "https://github.com/ipavlopoulos/toxic_spans"}, "civil", nil},
	{classifier.Dataset{Name: "Toxicity sample (Surge AI)", Licence: "MIT", URL: "https://github.com/surge-ai/toxicity"}, "surge_toxic", nil},
	{classifier.Dataset{Name: "ConvAbuse (Cercas Curry, Abercrombie, Rieser 2021)", Licence: "CC BY 4.0", URL: "https://github.com/amandacurry/convabuse"}, "convabuse", nil},
	{classifier.Dataset{Name: "MPOLD (Chowdhury et al. 2020)", Licence: "Apache-2.0", URL: "https://github.com/shammur/Arabic-Offensive-Multi-Platform-SocialMedia-Comment-Dataset"}, "mpold_ar", nil},
	{classifier.Dataset{Name: "Fox News User Comments (Gao, Huang 2017)", Licence: "MIT", URL: "https://github.com/sjtuprog/fox-news-comments"}, "fox_news", nil},
	{classifier.Dataset{Name: "GermEval 2018 (Wiegand, Siegel, Ruppenhofer)", Licence: "CC BY 4.0", URL: "https://github.com/uds-lsv/GermEval-2018-Data"}, "germeval18", nil},
	{classifier.Dataset{Name: "Russian Distorted Toxicity (Gorbunova 2022)", Licence: "MIT", URL: "https://github.com/alla-g/toxicity-detection-thesis"}, "vk_ru", nil},
}

// spamLanguages are the languages of which spam is learned: there is ham of them as
// well. Otherwise the words of a language would be evidence of spam.
var spamLanguages = []string{"en", "ru", "" /* not certain */}

// foreignWords returns the function words of the other languages that are no words of
// these. Without ham of a language, "en" and "yo" are only slang or names of products,
// and a Spanish comment has little else that the model knows.
func foreignWords() []string {
	known, foreign := map[string]bool{}, map[string]bool{}
	for _, title := range []string{lexicon.CommonWords, lexicon.FunctionWords, lexicon.PlainWords} {
		for in, word := range lexicon.Section(title) {
			switch {
			case slices.Contains(spamLanguages, in):
				known[word] = true
			case title != lexicon.PlainWords:
				foreign[word] = true
			}
		}
	}
	var words []string
	for word := range foreign {
		if !known[word] {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return words
}
