// `.gitattributes` of a model repository: which files Git LFS keeps (gitattributes(5)). znn adds the line for what it
// writes and takes exactly that line away again; every other byte, in whatever encoding, stays as it is.

import { ZnnError } from '../../errors.js';
import { patternMatcher } from './git-patterns.js';

export const ATTRIBUTES_NAME = '.gitattributes';
/** Real ones have 2 kB. */
export const ATTRIBUTES_MAX_BYTES = 1 << 20;

/** The value of the attribute `filter` of what Git LFS keeps. */
export const LFS_FILTER = 'lfs';
const LFS = 'filter=lfs diff=lfs merge=lfs -text';
const COMMENTS = {
  added: '# Added by znn, which removes the next line when it restores the files',
  /** What stood before had no line end, and gets none back. */
  addedToOpenLine:
    '# Added by znn, which removes the next line, and the line end above, when it restores the files',
  /** There was no file. */
  made: '# Made by znn, which removes this and the next line when it restores the files',
} as const;

/** What znn's outputs are called, as patterns for Git. */
export const TRACKED_PATTERNS = ['*.znn', '*.znn.safetensors'] as const;
export type TrackedPattern = (typeof TRACKED_PATTERNS)[number];

/** The file with a tracking line, under a comment that names znn, for each of `patterns` that is not tracked already.
 * @param bytes `undefined` where there is no file yet
 * @returns the same bytes when nothing is missing
 * @throws ZnnError `unsupported` for a file above ATTRIBUTES_MAX_BYTES */
export function addTracking(
  bytes: Uint8Array | undefined,
  patterns: readonly TrackedPattern[],
): Uint8Array | undefined {
  const text = bytes === undefined ? '' : textOf(bytes);
  const missing = patterns.filter((pattern) => !isTracked(text, pattern));
  let grown = text;
  for (const [i, pattern] of missing.entries()) {
    const comment = bytes === undefined && i === 0 ? COMMENTS.made : commentAfter(grown);
    grown += `${comment === COMMENTS.addedToOpenLine ? '\n' : ''}${comment}\n${lineOf(pattern)}\n`;
  }
  return missing.length === 0 ? bytes : bytesOf(grown);
}

/** The file without the lines that {@link addTracking} added; `undefined` when it would not be there but for them.
 * @returns the same bytes when there are none
 * @throws ZnnError `unsupported` for a file above ATTRIBUTES_MAX_BYTES */
export function removeTracking(bytes: Uint8Array): Uint8Array | undefined {
  const text = textOf(bytes);
  let left = text;
  // From the last to the first, as they were added.
  for (const pattern of TRACKED_PATTERNS.toReversed()) {
    for (const comment of [COMMENTS.added, COMMENTS.addedToOpenLine, COMMENTS.made]) {
      left = without(left, comment, lineOf(pattern));
    }
  }
  if (left === text) return bytes;
  const wasMade = text.includes(`${COMMENTS.made}\n`);
  return left === '' && wasMade ? undefined : bytesOf(left);
}

/** The line that makes Git LFS track the files of a pattern. */
export function lineOf(pattern: string): string {
  return `${pattern} ${LFS}`;
}

/** Longer lines Git does not read either. */
const LINE_MAX_CHARACTERS = 2048;

/** Says of files, by their paths from the folder of a `.gitattributes`, what their attribute `filter` is: `lfs`, or anything else
 * that is said; `undefined` where nothing is. The last line that speaks of a file decides.
 * @throws ZnnError `unsupported` for a file above ATTRIBUTES_MAX_BYTES */
export function filterFinder(bytes: Uint8Array): (relativePath: string) => string | undefined {
  const macros = new Map<string, readonly string[]>();
  const rules: { readonly matches: (filePath: string) => boolean; readonly filter: string }[] = [];
  for (const line of textOf(bytes).split(/\r?\n/)) {
    if (line.length > LINE_MAX_CHARACTERS) continue;
    const { pattern, attributes } = readLine(line);
    const macro = /^\[attr\](.+)$/.exec(pattern)?.[1];
    const filter = attributes
      .flatMap((each) => [each, ...(macros.get(each) ?? [])])
      .findLast((each) => /^[-!]?filter(=|$)/.test(each));
    if (macro !== undefined) macros.set(macro, attributes);
    else if (filter !== undefined)
      rules.push({ matches: patternMatcher(pattern), filter: filter.replace(/^filter=/, '') });
  }
  return (relativePath) => {
    // As bytes, one a character, like the text.
    const filePath = textOf(new TextEncoder().encode(relativePath));
    return rules.findLast(({ matches }) => matches(filePath))?.filter;
  };
}

/** Of a comment, nothing. A pattern with white space in it stands in quotation marks. */
function readLine(line: string): { pattern: string; attributes: string[] } {
  const [, quoted, plain = '', rest = ''] = /^\s*(?:"((?:\\.|[^"\\])*)"|([^\s#]\S*))(.*)$/.exec(line) ?? [];
  const pattern = quoted === undefined ? plain : quoted.replace(/\\(["\\])/g, '$1');
  return { pattern, attributes: rest.split(/\s+/).filter(Boolean) };
}

function commentAfter(text: string): string {
  return text === '' || text.endsWith('\n') ? COMMENTS.added : COMMENTS.addedToOpenLine;
}

/** The last line that speaks of the pattern's files decides, as in Git. */
function isTracked(text: string, pattern: TrackedPattern): boolean {
  const covering = new Set<string>([
    '*',
    pattern,
    `**/${pattern}`,
    `*${pattern.slice(pattern.lastIndexOf('.'))}`,
  ]);
  const attributes = text
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/))
    .filter(([glob]) => covering.has(glob ?? ''))
    .flatMap(([, ...rest]) => rest)
    .filter((attribute) => /^[-!]?filter(=|$)/.test(attribute));
  return attributes.at(-1) === 'filter=lfs';
}

/** Lines that someone moved apart, or changed, are theirs. */
function without(text: string, comment: string, line: string): string {
  const block = `${comment}\n${line}\n`;
  const start = text.startsWith(block) ? 0 : text.indexOf(`\n${block}`) + 1;
  if (start === 0 && !text.startsWith(block)) return text;
  const after = text.slice(start + block.length);
  const before = text.slice(0, start);
  // Whoever wrote below needs the line end that was added.
  const ownsLineEnd = comment === COMMENTS.addedToOpenLine && after === '';
  return (ownsLineEnd ? before.slice(0, -1) : before) + after;
}

// A character for each byte: names in these files are in any encoding, and all must come back.
function textOf(bytes: Uint8Array): string {
  if (bytes.length > ATTRIBUTES_MAX_BYTES) {
    throw new ZnnError(
      'unsupported',
      `${ATTRIBUTES_NAME}: ${bytes.length} bytes exceeds ${ATTRIBUTES_MAX_BYTES}`,
    );
  }
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
