// `*.index.json` of a sharded model: {"metadata": {...}, "weight_map": {tensor: shard}}. Read with positions, so that a
// rewrite changes the shard names and keeps every other byte.

import { ZnnError } from '../../errors.js';
import { forEachMember, requireToken, skipValue } from '../json/reader.js';
import { JsonScanner } from '../json/scanner.js';
import { checkNoCollision, checkShardName } from './shard-names.js';

/** The largest that occur are 60 MB, with 500,000 tensors. */
export const MODEL_INDEX_MAX_BYTES = 1 << 28;
const BYTE_ORDER_MARK = '\ufeff';

export interface ModelIndex {
  /** The whole file. */
  readonly text: string;
  /** The values of `weight_map`, in file order. */
  readonly values: readonly WeightMapValue[];
  /** The distinct shard names, in order of first mention. Each stays in the index's folder. */
  readonly shardNames: readonly string[];
}

export interface WeightMapValue {
  readonly tensorName: string;
  readonly shardName: string;
  /** Of the string, between its quotes: characters of the text, half-open. */
  readonly start: number;
  readonly end: number;
}

/** The index that `bytes` hold.
 * @throws ZnnError `corrupt` when it is not an index, or a shard name is one that could do harm. */
export function parseModelIndex(bytes: Uint8Array): ModelIndex {
  const text = decodeText(bytes);
  const scanner = new JsonScanner(text, text.startsWith(BYTE_ORDER_MARK) ? 1 : 0);
  let values: WeightMapValue[] | undefined;
  scanner.next();
  forEachMember(scanner, 'an object as model index', (key) => {
    if (key !== 'weight_map') return skipValue(scanner);
    if (values !== undefined) throw new ZnnError('corrupt', 'model index: weight_map occurs twice');
    values = parseWeightMap(scanner);
  });
  scanner.next();
  requireToken(scanner, 'end', 'nothing but white space after the model index');
  if (values === undefined) throw new ZnnError('corrupt', 'model index: weight_map is missing');
  const shardNames = [...new Set(values.map((value) => value.shardName))];
  for (const name of shardNames) checkShardName(name);
  checkNoCollision(shardNames);
  return { text, values, shardNames };
}

/** The index with each shard name that `newNames` maps replaced. Where the new name inserts something into the old one,
 * renaming back gives the original bytes, however they were escaped.
 * @throws ZnnError `corrupt` when a new name could do harm or two become one. */
export function renameShards(index: ModelIndex, newNames: ReadonlyMap<string, string>): Uint8Array {
  return moveTensors(index, ({ shardName }) => newNames.get(shardName) ?? shardName);
}

/** The index with each tensor in the shard that `shardOf` gives; every byte of the others is kept.
 * @throws ZnnError `corrupt` when a name could do harm or two become one. */
export function moveTensors(index: ModelIndex, shardOf: (value: WeightMapValue) => string): Uint8Array {
  const names = index.values.map(shardOf);
  const distinct = new Set(names);
  for (const name of distinct) checkShardName(name);
  checkNoCollision(distinct);
  const pieces: string[] = [];
  // A model has a thousand times more tensors than shards.
  const respelled = new Map<string, string>();
  let copied = 0;
  for (const [i, value] of index.values.entries()) {
    const newName = names[i] ?? value.shardName;
    if (newName === value.shardName) continue;
    const written = index.text.slice(value.start, value.end);
    // No quotation mark stands bare in what is written.
    const key = `${written}"${newName}`;
    const spelling = respelled.get(key) ?? respell(written, value.shardName, newName);
    respelled.set(key, spelling);
    pieces.push(index.text.slice(copied, value.start), spelling);
    copied = value.end;
  }
  pieces.push(index.text.slice(copied));
  return new TextEncoder().encode(pieces.join(''));
}

function decodeText(bytes: Uint8Array): string {
  if (bytes.length > MODEL_INDEX_MAX_BYTES) {
    throw new ZnnError('unsupported', `model index: ${bytes.length} bytes exceeds ${MODEL_INDEX_MAX_BYTES}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ZnnError('corrupt', 'model index: it is not UTF-8', {}, cause);
  }
}

function parseWeightMap(scanner: JsonScanner): WeightMapValue[] {
  const values: WeightMapValue[] = [];
  forEachMember(scanner, 'an object as weight_map', (tensorName) => {
    requireToken(scanner, 'string', 'a shard name as value in weight_map');
    const { start, end } = scanner;
    values.push({ tensorName, shardName: scanner.stringValue(), start: start + 1, end: end - 1 });
  });
  return values;
}

/** The body of a JSON string for `newName`, which spells what it shares with `oldName` at either end as `written` does.
 * The shared ends are the same in both directions; that is what makes an insertion reversible. */
function respell(written: string, oldName: string, newName: string): string {
  const { prefix, suffix } = sharedEnds(oldName, newName);
  // One unit for each UTF-16 code unit of the name.
  const units = written.match(/\\u[0-9a-fA-F]{4}|\\.|[^\\]/gs) ?? [];
  const middle = JSON.stringify(newName.slice(prefix, newName.length - suffix)).slice(1, -1);
  return units.slice(0, prefix).join('') + middle + units.slice(units.length - suffix).join('');
}

/** Code units that both names begin and end with, never half of a surrogate pair. */
function sharedEnds(a: string, b: string): { prefix: number; suffix: number } {
  const shortest = Math.min(a.length, b.length);
  let prefix = 0;
  while (prefix < shortest && a[prefix] === b[prefix]) prefix++;
  if (/[\ud800-\udbff]$/.test(a.slice(0, prefix))) prefix--;
  let suffix = 0;
  while (suffix < shortest - prefix && a.at(-1 - suffix) === b.at(-1 - suffix)) suffix++;
  if (/^[\udc00-\udfff]/.test(a.slice(a.length - suffix))) suffix--;
  return { prefix, suffix };
}
