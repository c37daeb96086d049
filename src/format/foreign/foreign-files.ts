// What a file is that is not what its name says: an answer of a server, an archive, a download that was not finished.

import { ZnnError } from '../../errors.js';
import type { ByteSource } from '../../sources/byte-source.js';
import { cutIn } from './cut-files.js';
import { SIGNATURE_BYTES, signatureIn } from './file-signatures.js';
import { PAGE_START_BYTES, pageIn } from './web-pages.js';

export interface ForeignFile {
  /** As in "is an HTML page", "is cut short: …". */
  readonly what: string;
  readonly advice: string;
  /** It is the file that it is named for, and lacks something; otherwise it is another file altogether. */
  readonly isDamage: boolean;
}

const GET_AGAIN = 'get it again';
const NO_DOWNLOAD = `the download failed; ${GET_AGAIN}`;
const UNFINISHED = `the download was not finished; ${GET_AGAIN}`;

/** Names of files that begin with a header. Others may hold bare numbers, which may be zeros. */
const NAMES_WITH_HEADER =
  /\.(safetensors|sft|gguf|ggml|h5|hdf5|keras|npz|npy|pt|pth|pt2|ptl|ckpt|onnx|tflite|nemo|znn|zip)$|(pytorch|adapter)_model[^/]*\.bin$/i;
/** As much as a header needs at the least, and as little as no file of zeros alone is taken for one. */
const ZEROS_BYTES = 64;
/** The text of a link into a cache of the Hub, where links became files: in an archive, by Git on Windows. */
const LINK_TEXT = /^(\.\.\/)+blobs\/[0-9a-f]{40,64}\s*$/;
const LINK_TEXT_MAX_BYTES = 1024;

/** What the file behind `source` is; `undefined` where nothing speaks against its name. Pointers are for
 * {@link pointerIn}.
 * @throws ZnnError `io` when reading fails; nothing that the file holds makes it throw */
export function foreignFileIn(source: ByteSource, name: string): ForeignFile | undefined {
  const { sizeBytes } = source;
  if (sizeBytes === 0) return damaged('empty', NO_DOWNLOAD);
  const start = source.read(0, Math.min(sizeBytes, Math.max(SIGNATURE_BYTES, PAGE_START_BYTES)));
  const signature = signatureIn(start, name);
  if (signature !== undefined) return { ...signature, isDamage: false };
  const page = pageIn(start, sizeBytes, name);
  if (page !== undefined) return { what: page, advice: NO_DOWNLOAD, isDamage: false };
  if (isLinkText(start, sizeBytes))
    return { what: 'the text of a link', advice: `copy what links lead to; ${GET_AGAIN}`, isDamage: false };
  if (NAMES_WITH_HEADER.test(name) && beginsWithZeros(start))
    return damaged('zero bytes where it should begin', UNFINISHED);
  const cut = cutIn(source, start, name);
  return cut === undefined ? undefined : damaged(`cut short: ${cut}`, UNFINISHED);
}

/** @param expected what it should be, as in "is an HTML page, not weights" */
export function foreignClaim({ what, isDamage }: ForeignFile, expected: string): string {
  return `is ${what}${isDamage ? '' : `, not ${expected}`}`;
}

/** The same with what to do. */
export function foreignText(foreign: ForeignFile, expected: string): string {
  return `${foreignClaim(foreign, expected)}: ${foreign.advice}`;
}

/** The same as an error: `truncated` where something is missing, `unsupported` where nothing is wrong with the file but that it
 * is another. */
export function foreignError(foreign: ForeignFile, expected: string): ZnnError {
  return new ZnnError(foreign.isDamage ? 'truncated' : 'unsupported', foreignText(foreign, expected));
}

function damaged(what: string, advice: string): ForeignFile {
  return { what, advice, isDamage: true };
}

function isLinkText(start: Uint8Array, sizeBytes: number): boolean {
  return sizeBytes <= LINK_TEXT_MAX_BYTES && LINK_TEXT.test(new TextDecoder().decode(start));
}

function beginsWithZeros(start: Uint8Array): boolean {
  return start.length >= ZEROS_BYTES && start.subarray(0, ZEROS_BYTES).every((byte) => byte === 0);
}
