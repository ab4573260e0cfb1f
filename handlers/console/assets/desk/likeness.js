// Which comments resemble one another.

const wordsOf = ({ comment }) => new Set(comment.body.toLowerCase().match(/[\p{L}\p{N}]+/gu));

// likeness is the share of common words.
const likeness = (a, b) => {
  const common = [...a].filter((word) => b.has(word)).length;
  return common / Math.max(1, a.size + b.size - common);
};

// orderByLikeness puts each item behind the one that it resembles most, the riskiest first.
export const orderByLikeness = (items) => {
  const rest = items.map((item) => ({ item, words: wordsOf(item) }));
  const ordered = rest.splice(0, 1);
  while (rest.length) {
    const last = ordered.at(-1).words;
    const shares = rest.map(({ words }) => likeness(words, last));
    ordered.push(...rest.splice(shares.indexOf(Math.max(...shares)), 1));
  }
  return ordered.map(({ item }) => item);
};

