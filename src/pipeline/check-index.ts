import path from 'node:path';
import { toZnnError, type ZnnError } from '../errors.js';
import type { Limits } from '../format/limits.js';
import type { ModelIndex, WeightMapValue } from '../format/model-index.js';
import { closeInput, openInput } from '../io/input-file.js';
import { compressedPathOf, restoredPathOf } from '../plan/weight-files.js';
import type { CheckedFile } from './check-file.js';
import { type Finding, REPAIR_ADVICE } from './findings.js';
import { readIndex } from './rewrite-index.js';

/** An index, and where the tensors that it names are. */
export interface CheckedIndex {
  readonly index: ModelIndex;
  /** The shard that has the tensor; the one that the index names where none is known to have it. */
  readonly shardOf: (value: WeightMapValue) => string;
  readonly findings: readonly Finding[];
}

/** @throws ZnnError `corrupt` when it is no index, `unsupported` beyond the limit, `io` when it cannot be read */
export function openIndex(indexPath: string, limits: Partial<Limits>): ModelIndex {
  const input = openInput(indexPath);
  try {
    return readIndex(input, limits);
  } catch (error) {
    throw toZnnError(error, { file: indexPath });
  } finally {
    closeInput(input);
  }
}

/** Whether what an index says agrees with the files in its folder.
 * @param shards files of that folder, by their names relative to it */
export function checkIndex(index: ModelIndex, shards: ReadonlyMap<string, CheckedFile>): CheckedIndex {
  const presentNames = new Map(index.shardNames.map((name) => [name, presentName(name, shards)]));
  const homes = homesOf(shards);
  const shardOf = ({ tensorName, shardName }: WeightMapValue): string => {
    const present = presentNames.get(shardName) ?? shardName;
    const tensorNames = shards.get(present)?.tensorNames;
    if (tensorNames === undefined && shards.has(present)) return present;
    const found = homes.get(tensorName) ?? [];
    if (found.length === 0 || found.includes(present)) return present;
    return found[0] ?? present;
  };
  const findings = [
    ...missingShards(index, shards, presentNames),
    ...wrongShards(index, shards, presentNames, shardOf, homes),
    ...unnamedShards(index, shards, new Set(presentNames.values())),
  ];
  return { index, shardOf, findings };
}

/** A broken index. */
export function indexDamage({ code, message }: ZnnError): Finding {
  return {
    ...{ severity: 'defect', code: 'index-broken', isRepairable: false, errorCode: code },
    message,
    advice: 'get the file again',
  };
}

/** The shard's name, or what it is called after compressing or restoring, whichever is there. */
function presentName(name: string, shards: ReadonlyMap<string, CheckedFile>): string | undefined {
  const restored = restoredPathOf(name);
  const candidates = [
    name,
    ...(['znn', 'safetensors'] as const).map((format) => compressedPathOf(name, format)),
  ];
  if (restored !== undefined)
    candidates.push(
      restored,
      ...(['znn', 'safetensors'] as const).map((format) => compressedPathOf(restored, format)),
    );
  return candidates.find((candidate) => shards.has(candidate));
}

/** Tensor → names of the shards that have it. */
function homesOf(shards: ReadonlyMap<string, CheckedFile>): Map<string, string[]> {
  const homes = new Map<string, string[]>();
  for (const [shardName, { tensorNames }] of shards)
    for (const tensorName of tensorNames ?? [])
      homes.set(tensorName, [...(homes.get(tensorName) ?? []), shardName]);
  return homes;
}

function missingShards(
  index: ModelIndex,
  shards: ReadonlyMap<string, CheckedFile>,
  presentNames: ReadonlyMap<string, string | undefined>,
): Finding[] {
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

function wrongShards(
  { values }: ModelIndex,
  shards: ReadonlyMap<string, CheckedFile>,
  presentNames: ReadonlyMap<string, string | undefined>,
  shardOf: (value: WeightMapValue) => string,
  homes: ReadonlyMap<string, readonly string[]>,
): Finding[] {
  const readable = values.filter(
    ({ shardName }) => shards.get(presentNames.get(shardName) ?? '')?.tensorNames !== undefined,
  );
  const moved = readable.filter((value) => shardOf(value) !== presentNames.get(value.shardName));
  const lost = readable.filter(({ tensorName }) => !homes.has(tensorName));
  return [
    ...summed(
      moved,
      'index-wrong-shard',
      ({ tensorName, shardName }) => `has ${tensorName} in ${shardName}, where it is not`,
      true,
    ),
    ...summed(
      lost,
      'index-misses-tensor',
      ({ tensorName }) => `names the tensor ${tensorName}, which no shard has`,
      false,
    ),
  ];
}

function summed(
  values: readonly WeightMapValue[],
  code: Finding['code'],
  say: (value: WeightMapValue) => string,
  isRepairable: boolean,
): Finding[] {
  const [first] = values;
  if (first === undefined) return [];
  const more = values.length === 1 ? '' : ` (and ${values.length - 1} more)`;
  const advice = isRepairable ? REPAIR_ADVICE : 'get the index and the shards of one revision';
  return [{ severity: 'defect', code, message: say(first) + more, advice, isRepairable }];
}

/** Shards of the index's kind in its folder that it does not name: nobody will load them. */
function unnamedShards(
  { shardNames, values }: ModelIndex,
  shards: ReadonlyMap<string, CheckedFile>,
  presentNames: ReadonlySet<string | undefined>,
): Finding[] {
  const extension = path.extname(restoredPathOf(shardNames[0] ?? '') ?? shardNames[0] ?? '');
  const named = new Set(values.map(({ tensorName }) => tensorName));
  const isShard = (name: string) =>
    path.extname(restoredPathOf(name) ?? name) === extension && !name.includes('/');
  return [...shards]
    .filter(([name]) => isShard(name) && !presentNames.has(name) && !shardNames.includes(name))
    .filter(([name]) => !shardNames.some((other) => isSameModelFile(name, other)))
    .map(([name, { tensorNames = [] }]) => {
      const extra = tensorNames.filter((tensorName) => !named.has(tensorName)).length;
      return {
        ...{ severity: 'remark', code: 'shard-not-indexed', isRepairable: false },
        message: `does not name ${name}${extra > 0 ? `, which holds ${extra} tensors that it does not name either` : ''}`,
        advice: 'loaders that follow the index leave it out: remove it, or get the index that names it',
      };
    });
}

function isSameModelFile(one: string, other: string): boolean {
  return (restoredPathOf(one) ?? one) === (restoredPathOf(other) ?? other);
}
