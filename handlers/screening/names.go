package screening

import (
	"slices"
	"sync"

	"winnow/classifier/campaign"
)

// maxNames bounds how many names of authors are kept, in each of two generations.
const maxNames = 1 << 15

// nameKey is a name of an author on one site, as campaign.SqueezedName returns it.
type nameKey struct {
	site string
	name uint64
}

// authorNames has the names of the authors who wrote lately. A reader who is
// mentioned by many others is no campaign.
type authorNames struct {
	mu                sync.Mutex
	current, previous map[nameKey]struct{}
}

func (n *authorNames) add(site, name string) {
	key := nameKey{site, campaign.SqueezedName(name)}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.current) >= maxNames || n.current == nil {
		n.previous, n.current = n.current, map[nameKey]struct{}{}
	}
	n.current[key] = struct{}{}
}

// withoutReaders leaves out mentions of authors who wrote lately.
func (n *authorNames) withoutReaders(site string, contacts []campaign.Contact) []campaign.Contact {
	isReader := func(c campaign.Contact) bool { return c.Mention && n.has(site, c.Hash) }
	if !slices.ContainsFunc(contacts, isReader) {
		return contacts
	}
	return slices.DeleteFunc(slices.Clone(contacts), isReader) // two screeners may share them
}

func (n *authorNames) has(site string, name uint64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := nameKey{site, name}
	_, known := n.current[key]
	if !known {
		_, known = n.previous[key]
	}
	return known
}
