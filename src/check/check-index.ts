import path from 'node:path';
import type { ZnnError } from '../errors.js';
import { compressedPathOf, plainNameOf, restoredPathOf } from '../format/model/file-names.js';
import type { ModelIndex, WeightMapValue } from '../format/model/model-index.js';
import type { CheckedFile } from './check-file.js';
import { type Finding, REPAIR_ADVICE } from './findings.js';
import { isRepairable, repairedNameOf } from './repair/repairable.js';

/** An index, and where the tensors that it names are. */
export interface CheckedIndex {
  readonly index: ModelIndex;
  /** The shard to name once everything is repaired: the one that has the tensor, or where none is known to, the one that the
   * index names. */
  readonly shardOf: (value: WeightMapValue) => string;
  readonly findings: readonly Finding[];
}

/** A file that an index may name. */
export interface Shard extends CheckedFile {
  /** It could not be read. */
  readonly error?: ZnnError;
}

/** An index and its folder side by side. */
interface Comparison {
  readonly index: ModelIndex;
  /** Files of the index's folder, by their names relative to it. */
  readonly shards: ReadonlyMap<string, Shard>;
  /** Name in the index → what the file is called that is there; `undefined` where there is none. */
  readonly presentNames: ReadonlyMap<string, string | undefined>;
  /** Tensor → names of the shards that have it. */
  readonly homes: ReadonlyMap<string, readonly string[]>;
}

/** Whether what an index says agrees with the files in its folder.
 * @param shards files of that folder that may be its shards, by their names relative to it
 * @param speaksForFolder whether it is for this index to say which files no index names */
export function checkIndex(
  index: ModelIndex,
  shards: ReadonlyMap<string, Shard>,
  speaksForFolder = true,
): CheckedIndex {
  const presentNames = new Map(
    index.shardNames.map((name) => [name, possibleNames(name).find((each) => shards.has(each))]),
  );
  const comparison = { index, shards, presentNames, homes: homesOf(shards) };
  const findings = [
    ...missingShards(comparison),
    ...renamedShards(comparison),
    ...misplacedTensors(comparison),
    ...(speaksForFolder ? unnamedShards(comparison) : []),
  ];
  return {
    index,
    shardOf: (value) => nameAfterRepair(homeOf(value, comparison), shards),
    findings: withoutGuesses(findings, shards),
  };
}

/** Nobody knows which tensors an unread shard has, nor what it will be called: not what to write in its stead. */
function withoutGuesses(findings: readonly Finding[], shards: Comparison['shards']): Finding[] {
  const unread = [...shards].find(([, { error }]) => error !== undefined);
  if (unread === undefined) return [...findings];
  const advice = `not repaired, since ${unread[0]} could not be read: check again when it can`;
  return findings
    .filter(({ code }) => code !== 'index-misses-tensor')
    .map((finding) => (finding.isRepairable ? { ...finding, isRepairable: false, advice } : finding));
}

/** A broken index. */
export function indexDamage({ code, message }: ZnnError): Finding {
  return {
    ...{ severity: 'defect', code: 'index-broken', isRepairable: false, errorCode: code },
    message,
    advice: 'get the file again',
  };
}

/** The shard's own name, then what it is called after compressing or restoring. */
export function possibleNames(name: string): string[] {
  const plainNames = [name, restoredPathOf(name)].filter((each) => each !== undefined);
  const names = plainNames.flatMap((plain) => [
    plain,
    compressedPathOf(plain, 'znn'),
    compressedPathOf(plain, 'safetensors'),
  ]);
  return [...new Set(names)];
}

function homesOf(shards: Comparison['shards']): Map<string, string[]> {
  const homes = new Map<string, string[]>();
  for (const [shardName, { tensorNames }] of shards)
    for (const tensorName of tensorNames ?? []) {
      const names = homes.get(tensorName);
      if (names === undefined) homes.set(tensorName, [shardName]);
      else names.push(shardName);
    }
  return homes;
}

/** The shard that has the tensor; where none is known to have it, the one that the index names. */
function homeOf(
  { tensorName, shardName }: WeightMapValue,
  { shards, presentNames, homes }: Comparison,
): string {
  const present = presentNames.get(shardName) ?? shardName;
  const saysNothing = shards.has(present) && shards.get(present)?.tensorNames === undefined;
  const found = homes.get(tensorName) ?? [];
  return saysNothing || found.includes(present) ? present : (found[0] ?? present);
}

function nameAfterRepair(name: string, shards: Comparison['shards']): string {
  const shard = shards.get(name);
  return shard !== undefined && isRepairable(shard) ? repairedNameOf(name) : name;
}

function missingShards({ index, shards, presentNames }: Comparison): Finding[] {
  return index.shardNames
    .filter((name) => !shards.has(name))
    .map((name) => {
      const present = presentNames.get(name);
      const isRepairable = present !== undefined;
      return {
        ...{ severity: 'defect', code: 'index-names-missing', isRepairable },
        message: `names ${name}, which is not there${present === undefined ? '' : `; ${present} is`}`,
        advice: isRepairable ? REPAIR_ADVICE : 'get the missing file',
      };
    });
}

/** Shards under the very name that is a defect of theirs. */
function renamedShards({ index, shards }: Comparison): Finding[] {
  return index.shardNames
    .filter((name) => nameAfterRepair(name, shards) !== name)
    .map((name) => ({
      ...{ severity: 'defect', code: 'compressed-twice', isRepairable: true },
      message: `names ${name}, which is ${repairedNameOf(name)} once it is repaired`,
      advice: REPAIR_ADVICE,
    }));
}

function misplacedTensors(comparison: Comparison): Finding[] {
  const { index, shards, presentNames, homes } = comparison;
  const presentOf = ({ shardName }: WeightMapValue) => presentNames.get(shardName);
  const readable = index.values.filter(
    (value) => shards.get(presentOf(value) ?? '')?.tensorNames !== undefined,
  );
  const moved = readable.filter((value) => homeOf(value, comparison) !== presentOf(value));
  const lost = readable.filter(({ tensorName }) => !homes.has(tensorName));
  return [
    ...summed(moved, {
      ...{ code: 'index-wrong-shard', isRepairable: true, advice: REPAIR_ADVICE },
      say: ({ tensorName, shardName }) => `has ${tensorName} in ${shardName}, where it is not`,
    }),
    ...summed(lost, {
      ...{ code: 'index-misses-tensor', isRepairable: false },
      advice: 'get the index and the shards of one revision',
      say: ({ tensorName }) => `names the tensor ${tensorName}, which no shard has`,
    }),
  ];
}

/** One finding for all of one kind, which names the first. */
function summed(
  values: readonly WeightMapValue[],
  { say, ...kind }: Omit<Finding, 'severity' | 'message'> & { say: (value: WeightMapValue) => string },
): Finding[] {
  const [first] = values;
  if (first === undefined) return [];
  const more = values.length === 1 ? '' : ` (and ${values.length - 1} more)`;
  return [{ severity: 'defect', ...kind, message: say(first) + more }];
}

/** What the names of an index's shards end in. */
export function shardExtensionOf({ shardNames }: ModelIndex): string {
  return path.extname(plainNameOf(shardNames[0] ?? ''));
}

/** Shards of the index's kind in its folder that it does not name: nobody will load them. */
function unnamedShards({ index, shards }: Comparison): Finding[] {
  const { shardNames, values } = index;
  const extension = shardExtensionOf(index);
  const plainNames = new Set(shardNames.map(plainNameOf));
  const named = new Set(values.map(({ tensorName }) => tensorName));
  return [...shards]
    .filter(([name]) => path.extname(plainNameOf(name)) === extension)
    .filter(([name]) => !plainNames.has(plainNameOf(name)))
    .map(([name, { tensorNames = [] }]) => {
      const extra = tensorNames.filter((tensorName) => !named.has(tensorName)).length;
      const what = extra === 1 ? '1 tensor' : `${extra} tensors`;
      return {
        ...{ severity: 'remark', code: 'shard-not-indexed', isRepairable: false },
        message: `does not name ${name}${extra > 0 ? `, which holds ${what} that it does not name either` : ''}`,
        advice:
          'loaders that follow the index leave it out, those that take every file load it: get the index that names it, or keep it in another folder',
      };
    });
}
