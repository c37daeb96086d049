// Small texts that stand for a large file, which a companion of Git keeps elsewhere. Whoever clones without it has them in
// the place of weights.

import { ZnnError } from '../../errors.js';
import type { ByteSource } from '../../sources/byte-source.js';

export interface Pointer {
  readonly tool: 'Git LFS' | 'git-annex';
  /** What gets the file itself. */
  readonly command: string;
  /** Of the file that it stands for, where it says so. */
  readonly sizeBytes?: number;
  /** SHA-256 of that file, lower-case hex, where it says so. */
  readonly sha256?: string;
}

/** Git LFS takes no longer file for a pointer; those of git-annex are no longer either. */
const POINTER_MAX_BYTES = 1023;

/** The versions of the Git LFS specification: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const LFS =
  /^version (https:\/\/(git-lfs|hawser)\.github\.com\/spec\/v\d+|http:\/\/git-media\.io\/v\/\d+)\r?$/m;
/** A text whose hash is no hash: no file can be fetched by it. One that was cut before its hash may pass. */
const NO_HASH = /^oid (\w+:)?\w?\r?$/m;
/** Before there was a version: a comment, then the hash. */
const OLDEST_LFS = /^# (.*git-media|external)\r?\n[0-9a-f]{40,64}\s*$/;
/** `/annex/objects/SHA256E-s1234--HASH.safetensors`, or the same as the text of a link into `.git`. */
const ANNEX = /^(?:\.\.\/)*(?:\.git)?\/annex\/objects\/(?:.*\/)?\w+(?:-[smSC]\d+)*--/;

/** The pointer that the file behind `source` is; `undefined` for any other file.
 * @throws ZnnError `io` when reading fails */
export function pointerIn(source: ByteSource): Pointer | undefined {
  const { sizeBytes } = source;
  if (sizeBytes === 0 || sizeBytes > POINTER_MAX_BYTES) return undefined;
  const text = new TextDecoder().decode(source.read(0, sizeBytes));
  if ((text.search(LFS) === 0 && !NO_HASH.test(text)) || OLDEST_LFS.test(text))
    return { tool: 'Git LFS', command: 'git lfs pull', ...factsIn(text) };
  if (ANNEX.test(text)) return { tool: 'git-annex', command: 'git annex get', ...annexSizeIn(text) };
  return undefined;
}

/** What a pointer is, what to do, and what it stands for. */
export function pointerText({ tool, command, sizeBytes }: Pointer): string {
  const size = sizeBytes === undefined ? '' : `, which gets the ${sizeBytes} bytes that it stands for`;
  return `${tool} pointer: run \`${command}\`${size}`;
}

/** @throws ZnnError `unsupported` for a pointer: nothing is wrong with it, but it is not the file; `io` */
export function assertNoPointer(source: ByteSource): void {
  const pointer = pointerIn(source);
  if (pointer !== undefined) throw new ZnnError('unsupported', pointerText(pointer));
}

function factsIn(text: string): Pick<Pointer, 'sizeBytes' | 'sha256'> {
  const size = /^size (\d+)\s*$/m.exec(text)?.[1];
  const sha256 = /^oid sha256:([0-9a-f]{64})\s*$/m.exec(text)?.[1];
  return { ...sized(size), ...(sha256 !== undefined && { sha256 }) };
}

function annexSizeIn(text: string): Pick<Pointer, 'sizeBytes'> {
  return sized(/-s(\d+)(?:-[mSC]\d+)*--/.exec(text)?.[1]);
}

function sized(digits: string | undefined): Pick<Pointer, 'sizeBytes'> {
  const sizeBytes = Number(digits);
  return digits !== undefined && Number.isSafeInteger(sizeBytes) ? { sizeBytes } : {};
}
