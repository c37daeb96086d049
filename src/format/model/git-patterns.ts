// Patterns of gitattributes(5), matched in time that grows with the pattern times the path: they come from repositories of others.

/** What one character of a pattern stands for. */
type Token = { readonly isStar: true } | { readonly isStar?: false; matches(character: string): boolean };

/** Whether a pattern means the file at `relativePath`, which is relative to the folder of the pattern's file, `/` between its parts. */
export function patternMatcher(pattern: string): (relativePath: string) => boolean {
  if (pattern === '' || pattern.endsWith('/')) return () => false;
  const parts = pattern.replace(/^\//, '').split('/');
  const compiled = parts.map((part) => (part === '**' && pattern.includes('/') ? ANY_PARTS : tokensOf(part)));
  const [only] = compiled;
  return pattern.includes('/')
    ? (relativePath) => matchesParts(compiled, relativePath.split('/'))
    : (relativePath) => matchesPart(only ?? [], relativePath.slice(relativePath.lastIndexOf('/') + 1));
}

const ANY_PARTS: readonly Token[] = [];

/** Part by part; `**` stands for any number of parts, at the end for one or more. */
function matchesParts(pattern: readonly (readonly Token[])[], parts: readonly string[]): boolean {
  // Whether the patterns so far mean the first i parts.
  let reached = Array.from({ length: parts.length + 1 }, (_, i) => i === 0);
  for (const [p, tokens] of pattern.entries()) {
    const isLast = p === pattern.length - 1;
    const next = reached.map(() => false);
    if (tokens === ANY_PARTS) {
      const first = reached.indexOf(true);
      if (first >= 0) next.fill(true, isLast ? first + 1 : first);
    } else {
      for (const [i, part] of parts.entries()) next[i + 1] = reached[i] === true && matchesPart(tokens, part);
    }
    reached = next;
  }
  return reached.at(-1) === true;
}

/** One part. On a mismatch only the last star takes one more character: what an earlier one took need never be looked at again. */
function matchesPart(tokens: readonly Token[], part: string): boolean {
  let [t, c, starToken, starCharacter] = [0, 0, -1, 0];
  while (c < part.length) {
    const token = tokens[t];
    if (token?.isStar === true) {
      [starToken, starCharacter] = [t, c];
      t++;
    } else if (token?.matches(part.charAt(c))) {
      t++;
      c++;
    } else if (starToken >= 0) {
      starCharacter++;
      [t, c] = [starToken + 1, starCharacter];
    } else {
      return false;
    }
  }
  return tokens.slice(t).every(({ isStar }) => isStar === true);
}

function tokensOf(pattern: string): Token[] {
  const pieces = pattern.match(/\[[!^]?\]?(?:\\.|[^\]\\])*\]|\\.|./gs) ?? [];
  return pieces.map((piece) => {
    if (piece === '*') return { isStar: true };
    if (piece === '?') return { matches: () => true };
    if (piece.startsWith('[') && piece.length > 1) return classOf(piece.slice(1, -1));
    const wanted = piece.length > 1 ? piece.slice(1) : piece;
    return { matches: (character) => character === wanted };
  });
}

/** What stands between brackets: characters, ranges of them, or with `!` or `^` all others. */
function classOf(text: string): Token {
  const isNegated = /^[!^]/.test(text);
  const body = isNegated ? text.slice(1) : text;
  const ranges = [...body.matchAll(/(\\.|.)(?:-(\\.|.))?/gs)].map(([, from = '', to = from]) =>
    [from, to].map((end) => end.at(-1) ?? ''),
  );
  const isIn = (character: string) =>
    ranges.some(([from = '', to = '']) => from <= character && character <= to);
  return { matches: (character) => isIn(character) !== isNegated };
}
