package features

// Names of the tokens of kind Address.
const (
	addressThreat     = "threat"     // announces or demands harm to a person or a group
	addressWish       = "wish"       // wishes death or harm
	addressDehumanise = "dehumanise" // calls people vermin
	addressInsult     = "insult"     // insults a person
	addressGroup      = "group"      // insults a group
	addressSlur       = "slur"       // uses a slur for those that it speaks to or about
	addressHate       = "hate"       // declares hatred or disgust
)

// AddressNames are the names of the tokens of kind Address.
var AddressNames = []string{addressThreat, addressWish, addressDehumanise, addressInsult, addressGroup, addressSlur, addressHate}

// step is a place in a pattern: a phrase that has one of the roles, at most gap
// words after the one before.
type step struct {
	roles roles
	gap   int32
}

// addressRule is a pattern of phrases in a sentence, in this order.
type addressRule struct {
	signal string
	steps  []step
}

const (
	victim     = roleYou | roleThem | roleGroup | roleSlur
	beforeVerb = roleObject | roleGroup | roleSlur // may stand before the verb that harms them
)

// addressRules read the same in all languages: those that put the verb last, or
// the object before it, match the second order of a pattern.
var addressRules = []addressRule{
	{addressThreat, []step{{roles: roleThreat}}},
	{addressThreat, []step{{roles: roleIntend}, {roleMaim, 4}}},
	{addressThreat, []step{{roles: roleMaim}, {roleIntend, 1}}},
	{addressThreat, []step{{roles: roleMaim}, {roleDeserved, 2}}},
	{addressThreat, []step{{roles: roleIntend}, {roleHarm, 3}, {victim, 4}}},
	{addressThreat, []step{{roles: roleIntend}, {beforeVerb, 6}, {roleHarm, 5}}},
	{addressThreat, []step{{roles: roleObject}, {roleIntend, 1}, {roleHarm, 3}}},
	{addressThreat, []step{{roles: beforeVerb}, {roleHarm, 3}, {roleIntend, 1}}},
	{addressThreat, []step{{roles: roleIHarm}, {victim, 4}}},
	{addressThreat, []step{{roles: roleGroup | roleSlur}, {roleIHarm, 3}}},
	{addressThreat, []step{{roles: roleIntend}, {roleMake, 3}, {victim, 4}, {roleDie, 3}}},
	{addressThreat, []step{{roles: roleIntend}, {roleMake, 3}, {roleDie, 1}, {victim, 4}}},
	{addressThreat, []step{{roles: roleIntend}, {victim, 4}, {roleDie, 3}, {roleMake, 1}}},
	{addressThreat, []step{{roles: victim}, {roleOught, 5}, {roleHarmed, 3}}},
	{addressThreat, []step{{roles: roleOught}, {victim, 4}, {roleHarmed, 5}}},
	{addressThreat, []step{{roles: roleOught}, {roleHarmed, 4}, {victim, 4}}},
	{addressThreat, []step{{roles: victim}, {roleHarmed, 3}, {roleOught, 1}}},
	{addressThreat, []step{{roles: roleKilling}, {victim, 4}, {roleDeserved, 5}}},
	{addressThreat, []step{{roles: victim}, {roleKilling, 3}, {roleDeserved, 4}}},
	{addressThreat, []step{{roles: roleKilling}, {roleDeserved, 3}, {victim, 5}}},
	{addressThreat, []step{{roles: roleDeserved}, {roleKilling | roleHarm, 4}, {victim, 4}}},
	{addressThreat, []step{{roles: roleDeserved}, {victim, 5}, {roleHarm | roleHarmed | roleKilling, 5}}},
	{addressThreat, []step{{roles: roleObject}, {roleIHarm, 1}}},

	{addressWish, []step{{roles: roleCurse}}},
	{addressWish, []step{{roles: roleWish}, {victim, 4}, {roleDie | roleHarmed, 5}}},
	{addressWish, []step{{roles: roleWish}, {roleDie | roleHarmed, 4}, {victim, 5}}},
	{addressWish, []step{{roles: victim}, {roleDie | roleHarmed, 4}, {roleWish, 3}}},
	{addressWish, []step{{roles: victim}, {roleOught, 5}, {roleDie, 3}}},
	{addressWish, []step{{roles: roleOught}, {roleDie, 4}, {victim, 4}}},
	{addressWish, []step{{roles: roleOught}, {victim, 4}, {roleDie, 5}}},
	{addressWish, []step{{roles: roleBetter}, {roleWithout, 4}, {victim, 4}}},
	{addressWish, []step{{roles: roleWithout}, {victim, 3}, {roleBetter, 6}}},
	{addressWish, []step{{roles: victim}, {roleWithout, 3}, {roleBetter, 6}}},

	{addressDehumanise, []step{{roles: roleYou | roleThem}, {roleBe, 1}, {roleVermin, 4}}},
	{addressDehumanise, []step{{roles: roleGroup | roleSlur}, {roleBe, 4}, {roleVermin, 4}}},
	{addressDehumanise, []step{{roles: roleYouAre}, {roleVermin, 3}}},
	{addressDehumanise, []step{{roles: roleVermin}, {roleLikeYou, 1}}},
	{addressDehumanise, []step{{roles: roleYou | roleGroup}, {roleVermin, 0}}},

	{addressInsult, []step{{roles: roleScorn}}},
	{addressInsult, []step{{roles: roleYouAre}, {roleInsult | roleSlur, 3}}},
	{addressInsult, []step{{roles: roleYou}, {roleBe, 2}, {roleInsult | roleSlur, 4}}},
	{addressInsult, []step{{roles: roleBe}, {roleYou, 0}, {roleInsult | roleSlur, 3}}},
	{addressInsult, []step{{roles: roleYou}, {roleInsult | roleSlur, 1}}},
	{addressInsult, []step{{roles: roleInsult}, {roleLikeYou, 1}}},
	{addressInsult, []step{{roles: roleThem}, {roleBe, 0}, {roleInsult, 3}}},

	{addressGroup, []step{{roles: roleGroup}, {roleBe, 4}, {roleInsult, 4}}},

	{addressSlur, []step{{roles: roleThem | roleGroup}, {roleBe, 2}, {roleSlur, 4}}},
	{addressSlur, []step{{roles: roleThese}, {roleSlur, 1}}},
	{addressSlur, []step{{roles: roleSlur}, {roleLikeYou, 1}}},

	{addressHate, []step{{roles: roleHate}, {victim, 4}}},
	{addressHate, []step{{roles: victim}, {roleDisgust, 4}}},
	{addressHate, []step{{roles: roleDisgust}, {victim, 4}}},
}

// possible reports whether a sentence with these roles has one for each step.
func (r *addressRule) possible(union roles) bool {
	for _, s := range r.steps {
		if s.roles&union == 0 {
			return false
		}
	}
	return true
}

// match returns the first and the last phrase of the first place where the rule
// matches. hits are in the order of their ends.
func (r *addressRule) match(hits []roleInLanguage) (first, last addressHit, ok bool) {
	for _, h := range hits {
		if h.roles&r.steps[0].roles == 0 {
			continue
		}
		if last, ok = follow(hits, h.addressHit, r.steps[1:]); ok {
			return h.addressHit, last, true
		}
	}
	return first, last, false
}

// follow returns the phrase of the last step, given that of the step before.
func follow(hits []roleInLanguage, before addressHit, steps []step) (last addressHit, ok bool) {
	if len(steps) == 0 {
		return before, true
	}
	for _, h := range hits {
		between := h.first - before.last - 1
		if h.roles&steps[0].roles == 0 || between < 0 || between > steps[0].gap {
			continue
		}
		if last, ok = follow(hits, h.addressHit, steps[1:]); ok {
			return last, true
		}
	}
	return last, false
}
