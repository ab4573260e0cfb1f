// What was typed about comments that are not decided yet. It is there again when the comment is opened, also after a
// reload or a login elsewhere: the browser forgets it with the tab.

const place = "winnow.drafts";

const drafts = new Map(); // [[input's id, text]] by comment id
try {
  for (const [id, texts] of JSON.parse(sessionStorage[place] || "[]")) drafts.set(id, texts);
} catch {
  delete sessionStorage[place]; // of another version
}

export const draftOf = (id) => drafts.get(id) || [];

// setDraft keeps texts [[input's id, text]] of a comment; those that are empty are left out.
export const setDraft = (id, texts) => {
  const written = texts.filter(([, text]) => text);
  if (id && written.length) drafts.set(id, written);
  else drafts.delete(id);
  sessionStorage[place] = JSON.stringify([...drafts]);
};

export const forgetDrafts = () => {
  drafts.clear();
  delete sessionStorage[place];
};
