package commentfile

import (
	"encoding/json"
	"strings"

	"winnow/models"
)

// readCoral reads what mongoexport writes of Coral's collections comments, stories and
// users (since Coral 5), and of those of Talk 4, which names them comments, assets and users.
// Each file has one collection, or several: a document shows what it is.
func readCoral(f *file) error {
	return f.eachLine(func(place string, raw []byte) {
		var d coralDocument
		if !f.parse(place, raw, &d) {
			return
		}
		switch {
		case d.StoryID != "" || d.AssetID != "":
			f.emitCoralComment(place, d)
		case d.URL != "":
			f.emitCoralStory(place, d)
		case d.Username != "" || d.Role != "":
			f.emitCoralUser(place, d)
		default:
			f.emit(place, Record{LeftOut: "document of another collection"})
		}
	})
}

// coralDocument is a document of one of the collections. Talk wrote names with underscores.
type coralDocument struct {
	ID text `json:"id"`

	StoryID      text            `json:"storyID"`
	AssetID      text            `json:"asset_id"`
	AuthorID     text            `json:"authorID"`
	OldAuthorID  text            `json:"author_id"`
	ParentID     text            `json:"parentID"`
	OldParentID  text            `json:"parent_id"`
	Status       coralStatus     `json:"status"`
	Revisions    []coralRevision `json:"revisions"`    // HTML
	BodyHistory  []coralRevision `json:"body_history"` // text
	CreatedAt    instant         `json:"createdAt"`
	OldCreatedAt instant         `json:"created_at"`
	DeletedAt    instant         `json:"deletedAt"`
	OldDeletedAt instant         `json:"deleted_at"`
	Tags         []coralTag      `json:"tags"`

	URL      string  `json:"url"`
	Title    string  `json:"title"`
	Section  string  `json:"section"`
	ClosedAt instant `json:"closedAt"`
	Metadata struct {
		Title       string  `json:"title"`
		Section     string  `json:"section"`
		PublishedAt instant `json:"publishedAt"`
	} `json:"metadata"`
	PublicationDate instant `json:"publication_date"`

	Username string `json:"username"`
	Email    string `json:"email"`
	Role     string `json:"role"`
	Profiles []struct {
		ID       text   `json:"id"`
		Type     string `json:"type"`
		Provider string `json:"provider"`
	} `json:"profiles"`
}

type coralRevision struct {
	Body      string  `json:"body"`
	CreatedAt instant `json:"createdAt"`
	OldAt     instant `json:"created_at"`
}

// coralTag is a tag of a comment; other documents may have tags of another form.
type coralTag string

func (t *coralTag) UnmarshalJSON(raw []byte) error {
	var tag struct {
		Type string `json:"type"`
		Tag  struct {
			Name string `json:"name"`
		} `json:"tag"`
	}
	if json.Unmarshal(raw, &tag) == nil {
		*t = coralTag(tag.Type + tag.Tag.Name)
	}
	return nil
}

// coralStatus is that of a comment; those of users are objects.
type coralStatus string

func (s *coralStatus) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		*s = coralStatus(strings.Trim(string(raw), `"`))
	}
	return nil
}

func (f *file) emitCoralComment(place string, d coralDocument) {
	c := Comment{
		Key: string(d.ID), Parent: string(d.ParentID + d.OldParentID), Article: string(d.StoryID + d.AssetID), Author: Author{Key: string(d.AuthorID + d.OldAuthorID)},
		Status: models.Approved, CreatedAt: later(d.CreatedAt, d.OldCreatedAt).Time,
	}
	if n := len(d.Revisions); n > 0 {
		c.Body = plainText(d.Revisions[n-1].Body)
		if n > 1 {
			c.UpdatedAt = d.Revisions[n-1].CreatedAt.Time
		}
	} else if n := len(d.BodyHistory); n > 0 {
		c.Body = d.BodyHistory[n-1].Body
	}
	for _, tag := range d.Tags {
		switch tag {
		case "FEATURED":
			c.Featured = true
		case "STAFF":
			c.Author.Staff = true
		}
	}
	switch d.Status {
	case "NONE", "APPROVED", "ACCEPTED":
	case "PREMOD", "SYSTEM_WITHHELD":
		c.Status, c.Reason = models.Pending, models.ReasonImported
	case "REJECTED":
		c.remove(RemovedRejected)
	default:
		f.bad(place, invalid("comment %.40q has the unknown status %.40q", c.Key, string(d.Status)))
		return
	}
	if !later(d.DeletedAt, d.OldDeletedAt).IsZero() || c.Body == "" && len(d.Revisions)+len(d.BodyHistory) == 0 {
		c.erase()
	}
	f.emit(place, Record{Comment: &c})
}

func later(a, b instant) instant {
	if a.After(b.Time) {
		return a
	}
	return b
}

func (f *file) emitCoralStory(place string, d coralDocument) {
	a := Article{
		Key: string(d.ID), ID: string(d.ID), URL: d.URL, Title: d.Title, Section: d.Section, Described: true,
		PublishedAt: later(d.Metadata.PublishedAt, d.PublicationDate).Time,
	}
	if a.Title == "" {
		a.Title = d.Metadata.Title
	}
	if a.Section == "" {
		a.Section = d.Metadata.Section
	}
	if !d.ClosedAt.IsZero() {
		a.ClosesAt = d.ClosedAt.Time
	}
	f.emit(place, Record{Article: &a})
}

func (f *file) emitCoralUser(place string, d coralDocument) {
	u := Author{Key: string(d.ID), Name: d.Username, Email: d.Email, Staff: d.Role == "STAFF" || d.Role == "MODERATOR" || d.Role == "ADMIN"}
	for _, p := range d.Profiles {
		if u.Email == "" && p.Type+p.Provider == "local" {
			u.Email = string(p.ID)
		}
	}
	if u.Key == "" {
		f.bad(place, invalid("the user has no id"))
		return
	}
	f.emit(place, Record{Author: &u})
}
