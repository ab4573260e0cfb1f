// Package models has the types of the domain and the errors that all packages
// share.
//
// It imports nothing but the standard library and the Unicode tables of
// golang.org/x/text, and depends on neither SQL nor HTTP: every other package of
// Winnow may import it.
//
// # Glossary
//
// Each word has this one meaning in the code, in the API and in the console.
// Where the API uses another word, it stands in parentheses.
//
// Publications and people:
//
//   - Site: a publication. Several sites share one installation; nothing of one
//     is visible to another. Its slug is its identity.
//   - Article: a page of a site that readers comment on, by the site's own id.
//     It is open, closed to new comments, or in premoderation. The newsroom
//     describes it; what a page says counts while nobody has.
//   - Alias: another id of an article. Merging two articles makes the id of one an
//     alias of the other; moving one gives it another id and makes the old one an
//     alias.
//   - Thread: the public comments of an article. Two sites that both say that they
//     share a story have one thread for it.
//   - Reader: a person who reads or writes comments. A reader token is a JWT
//     with which a site vouches for a reader's id.
//   - Author: who a comment says wrote it. An id is an identity, a name alone is
//     not: anybody may use the same name.
//   - Moderator: a person of the newsroom with a login. The role says what the
//     person may do: moderator, editor or admin.
//   - Session: one login of a moderator on one device. Its refresh token gets
//     new access tokens, which name it.
//   - Caller: who sends a request, and how that was proved: site key, browser
//     origin, moderator session or command line.
//   - Record: how many of an author's comments on one site were approved,
//     rejected or are pending. Trust is the share of approved ones.
//   - Identity: who a request comes from, as far as that is known: an id that
//     the site vouches for, a browser, a household, a folded name and e-mail
//     address. A household is an IPv4 address or an IPv6 /64.
//   - Sanction: what a newsroom does about a reader. A ban refuses new
//     comments. A shadow ban (shadow) keeps them pending and shows them to
//     their author as if they were published. Either holds on one or more
//     marks of an identity.
//
// Comments:
//
//   - Comment: what a reader wrote. Its status is pending, approved or rejected;
//     its reason says why.
//   - Revision: an earlier text of a comment that its author has edited, or a moderator
//     has redacted.
//   - Redaction: a moderator takes parts out of the text of a comment, and leaves a mark.
//   - Withdrawn: its author has taken a comment back, for good.
//   - Appeal: what an author says, once, against a moderator's rejection of a comment.
//     Another moderator answers it: the rejection is upheld or reversed.
//   - Nudge: a page asks a reader to rephrase a comment before it is posted.
//   - Featured: the newsroom points a published comment out to readers.
//   - Reply of the newsroom: a comment that a moderator writes in its name.
//   - Report (flag): a reader's notice that a comment should be looked at.
//   - Version: a number that grows with each change of a comment, for optimistic
//     locking.
//   - Burst (surge): more comments on one article within some minutes than the
//     site or the article allows to be published unseen. All new ones are then
//     held for a while.
//   - Attack: unusually much spam on one site. It lasts an hour after the last of it.
//   - Proof of work: what the browser of a reader whom the site does not know must
//     calculate before a comment is accepted. It answers a challenge of the server.
//   - Sketch: some numbers computed from a text. Near-copies have many of them
//     in common.
//   - Campaign: a group of near-identical comments on one site, found by their
//     sketches.
//
// Classification:
//
//   - Class: what a text was found to be: ham, spam or abuse. Ham is what should
//     be published.
//   - Label: one text with the class that a person gave it. Models are trained
//     on labels.
//   - Model: what the classifier has learned from labels. One model is live on
//     all nodes; any other is a candidate until it is promoted.
//   - Head: the part of a model that computes one probability. There is one
//     head for spam and one for abuse. (The head of the audit trail is its last
//     row.)
//   - Verdict: what the model and the rules say of a comment: the probabilities,
//     an action, a reason and the signals.
//   - Signal: one cause of a verdict, such as a word, a shape of the text or a
//     rule, with its share of the log odds.
//   - Threshold: the probability of spam from which comments are held or
//     rejected.
//   - Rule: what a newsroom sets for a site beside the model, such as blocked
//     words.
//   - Action: what a verdict demands and what a decision does: approve, hold,
//     reject or escalate. To hold is to leave a comment pending until a
//     moderator decides.
//
// Moderation:
//
//   - Queue: the pending comments of all sites that a moderator works on. An
//     item is one comment with its verdict and context.
//   - Claim: a moderator's exclusive right to decide a comment. The lease is
//     the time until which a claim lasts; it can be renewed.
//   - Decision: what a moderator did to a comment. It can be undone; the record
//     of it stays.
//   - Batch: several decisions that were made, and can be undone, together.
//   - Preview: what a batch of all comments that a filter matches would decide.
//   - Escalation: a moderator leaves a comment to an editor.
//   - Second look: a comment that was already decided, decided once more by another
//     moderator who does not see the first result. The share of agreement
//     measures moderators and model.
//   - Training sample: the first comments of a site, which people look at
//     whatever the filter did with them, so that it learns what is not spam too.
//   - Label: a text with its class, and why a person looked at it. Vouched for
//     are texts that nobody looked at, of trusted authors.
//   - Golden example: a text that a newsroom has chosen, of which every model
//     must find the right class.
//   - Outcome: what became of a comment, as its author may know it.
//
// Operation:
//
//   - Node: one running server. Several nodes may share a database.
//   - Event: a notice to consoles and other nodes that something changed. Events have
//     numbers in the order of their commits; a cursor is the number of the last one read.
//   - Notice: what a newsroom is told of outside the console, when a condition begins
//     and when it is over. Digest: the figures of a day, by mail.
//   - Subscription: a reader wants mail about a comment of theirs. It is confirmed once
//     the owner of the address has said so.
//   - Audit trail: who changed what, when and from where. Its rows are a chain
//     of hashes.
//   - Retention: how many days a site keeps addresses, rejected comments and
//     labels. Erasure removes all data of one reader.
//   - Limit: how often something may happen, and for whom that is counted.
package models
