package main

import (
	"fmt"

	"winnow/models"
)

// praise returns made-up comments that thank and praise, as readers do. The sets have
// such words in spam only, so that a reader who says thanks would be held for it.
func praise() []models.Label {
	const wanted = 400
	var rows []models.Label
	known := map[string]bool{}
	for i := 0; len(rows) < wanted; i++ {
		h := hash(fmt.Sprint("praise ", i))
		draw := func(from []string) string {
			s := from[h%uint64(len(from))]
			h /= uint64(len(from))
			return s
		}
		var text string
		switch h % 6 {
		case 0:
			text = draw(praised) + draw(ends)
		case 1:
			text = draw(thanks) + draw(ends)
		case 2:
			text = draw(praised) + ", " + draw(afterwards) + draw(ends)
		case 3:
			text = draw(thanks) + ", " + draw(afterwards) + draw(ends)
		case 4:
			text = draw(praised) + ". " + draw(reasons) + "."
		default:
			text = draw(thanks) + "! " + draw(reasons) + "."
		}
		if !known[text] {
			known[text] = true
			rows = append(rows, addAuthor(models.Label{Text: text, Label: models.Ham, Lang: "en", Source: "praise"}))
		}
	}
	return rows
}

var (
	praised = []string{
		"Very helpful", "Really helpful", "Nice, very helpful", "Great article", "Good article", "Nice article", "Excellent article",
		"Helpful article", "Interesting article", "Informative article", "Great post", "Nice post", "Really nice post", "Good post",
		"Awesome post", "Excellent post", "Great blog", "Nice blog", "Love this blog", "Great site", "Good information", "Great info",
		"Useful info", "Useful information", "Very informative", "Great tips", "Great tip", "Nice tutorial", "Great review",
		"Good read", "Great read", "Well written", "Nicely written", "Well explained", "Nice work", "Great work", "Good job",
		"Great job", "Awesome", "Amazing", "Wonderful piece", "Great writeup", "Interesting read", "What a great story",
		"Such a lovely article", "I love this site", "I enjoyed this post", "I enjoyed reading this", "Nice website", "Wow, amazing",
	}
	thanks = []string{
		"Thanks", "Thank you", "Thank you so much", "Thanks a lot", "Many thanks", "Thanks for sharing", "Thank you for sharing",
		"Thanks for sharing this", "Thanks for posting this", "Thank you for posting", "Thanks for writing this", "Thank you for writing",
		"Thanks for the info", "Thanks for the information", "Thank you for the information", "Thanks for this article",
		"Thank you for this post", "Thanks for the great post", "Thanks for the tips", "Thanks for your work", "Thank you for your time",
		"Thanks for explaining this", "Thank you for the article", "Thanks for the reply", "Thanks for the review",
	}
	afterwards = []string{
		"very helpful", "it helped me a lot", "this helped me", "I learned a lot", "I learned something new", "keep it up",
		"keep up the good work", "well done", "much appreciated", "I appreciate it", "I appreciate your work", "good information",
		"exactly what I needed", "just what I was looking for", "I was looking for this", "very useful", "bookmarked",
		"I have bookmarked your site", "looking forward to the next one", "I look forward to your next post", "I will share it with my friends",
		"please write more", "great read", "it was interesting", "it made my day", "glad I found your blog", "glad I found this site",
		"I just stumbled across it", "it answers my question", "regards from Leeds", "I like your website",
	}
	reasons = []string{
		"I learned a lot from this post", "It helped me with my homework", "This helped me out at work", "It is very informative",
		"I shared it with my sister", "My mother will like it", "I have been wondering about this for years", "I was looking for this information",
		"Exactly what I was looking for", "This answers all my questions", "Please keep up the good work", "I will read it again tonight",
		"I found your site through a friend", "I like the way you write", "I really like your blog", "I never knew that before",
		"It is the best article on this topic I have read", "Keep posting", "I look forward to more articles", "You explain it very well",
		"I have read every post on this blog", "The second part was new to me", "It was worth reading", "I am glad I found this",
	}
	ends = []string{"", ".", "!", "", "!!", " :)"}
)
