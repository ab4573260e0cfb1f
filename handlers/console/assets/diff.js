// What changed from one text to another, word by word.
const most = 12_000_000; // pairs of words to compare: with more, all counts as changed

// changes returns pieces [kind, text]: "del" stands in the earlier text alone,
// "ins" in the later one, and "" in both. The words in both are a longest
// common subsequence (Wagner and Fischer, 1974).
export const changes = (before, after) => {
  const [a, b] = [before, after].map((text) => text.match(/\S+\s*|\s+/g) || []);
  const pieces = [];
  const add = (kind, words) => {
    if (pieces.at(-1)?.[0] === kind) pieces.at(-1)[1] += words;
    else if (words) pieces.push([kind, words]);
  };
  const rest = a.length * b.length <= most && common(a, b);
  let i = 0;
  let j = 0;
  while (rest && i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      add("", a[i++]);
      j++;
    } else if (rest[i + 1][j] < rest[i][j + 1]) add("ins", b[j++]);
    else add("del", a[i++]);
  }
  add("del", a.slice(i).join(""));
  add("ins", b.slice(j).join(""));
  return pieces;
};

// common counts how many words a from i on and b from j on have in common.
const common = (a, b) => {
  const rest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) rest[i][j] = a[i] === b[j] ? rest[i + 1][j + 1] + 1 : Math.max(rest[i + 1][j], rest[i][j + 1]);
  }
  return rest;
};
