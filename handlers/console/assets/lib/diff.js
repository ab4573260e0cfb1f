// The difference between two texts, word by word.

const maxComparisons = 12_000_000; // pairs of words; longer texts count as changed altogether

// diffWords returns pieces [kind, text]: "del" is only in the earlier text, "ins" only in the later one, and "" in
// both. The common words are a longest common subsequence (Wagner and Fischer, 1974). White space after a word is not
// compared: the last word is the same word when something follows it.
export const diffWords = (before, after) => {
  const [earlier, later] = [before, after].map((text) => text.match(/\S+\s*|\s+/g) || []);
  const pieces = [];
  const add = (kind, words) => {
    if (pieces.at(-1)?.[0] === kind) pieces.at(-1)[1] += words;
    else if (words) pieces.push([kind, words]);
  };
  const [earlierWords, laterWords] = [earlier, later].map((pieces) => pieces.map((piece) => piece.trimEnd()));
  const lengths = earlier.length * later.length <= maxComparisons && commonLengths(earlierWords, laterWords);
  let i = 0;
  let j = 0;
  while (lengths && i < earlier.length && j < later.length) {
    if (earlierWords[i] === laterWords[j]) {
      add("", later[j]);
      i++;
      j++;
    } else if (lengths[i + 1][j] < lengths[i][j + 1]) add("ins", later[j++]);
    else add("del", earlier[i++]);
  }
  add("del", earlier.slice(i).join(""));
  add("ins", later.slice(j).join(""));
  return pieces;
};

// commonLengths returns for each i and j how many words earlier[i…] and later[j…] have in common.
const commonLengths = (earlier, later) => {
  const lengths = Array.from({ length: earlier.length + 1 }, () => new Uint16Array(later.length + 1));
  for (let i = earlier.length - 1; i >= 0; i--) {
    for (let j = later.length - 1; j >= 0; j--) {
      const isCommon = earlier[i] === later[j];
      lengths[i][j] = isCommon ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
};
