import { ZnnError } from '../../../src/errors.js';
import { type ModelIndex, parseModelIndex, renameShards } from '../../../src/format/model/model-index.js';
import { utf8 } from '../../support/bytes.js';
import { mutateJson } from '../mutate-text.js';
import { Finding, type FuzzTarget, isEqual, outcomeOf } from '../target.js';

/** An index is refused, or it is renamed and renamed back to the same bytes, and JSON.parse reads the same names. */
export const modelIndex: FuzzTarget = {
  name: 'index-json',
  corpus: () =>
    [
      '{"metadata": {"total_size": 12345678901234567890}, "weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}',
      '{\r\n"weight_map":{"\\u0061":"sub/m\\u002d1.bin","__proto__":"x.bin"},"x":[1.5e3,null,true,{"y":[]}]}',
      '\ufeff{"weight_map":{"a":"\\ud83d\\ude00.bin","b":"é.bin"}}',
    ].map(utf8),
  mutate: mutateJson,
  run: (input) =>
    outcomeOf(
      () => parseModelIndex(input),
      (index) => {
        checkNames(index);
        checkByJsonParse(index);
        checkReturn(index, input);
      },
    ),
};

function checkNames({ shardNames }: ModelIndex): void {
  for (const name of shardNames) {
    if (/^[/\\]|^[A-Za-z]:|\0/.test(name) || name.split(/[/\\]/).includes('..'))
      throw new Finding(`the shard name ${JSON.stringify(name)} passed`);
  }
}

function checkByJsonParse({ text, shardNames }: ModelIndex): void {
  const { weight_map } = JSON.parse(text.replace(/^\ufeff/, '')) as { weight_map: Record<string, string> };
  const strange = Object.values(weight_map).find((name) => !shardNames.includes(name));
  if (strange !== undefined) throw new Finding(`JSON.parse finds the shard ${JSON.stringify(strange)}`);
}

function checkReturn(index: ModelIndex, input: Uint8Array): void {
  const there = new Map(index.shardNames.map((name) => [name, `${name}.znn`]));
  const back = new Map([...there].map(([name, renamed]) => [renamed, name]));
  let renamed: Uint8Array;
  try {
    renamed = renameShards(index, there);
  } catch (thrown) {
    // "a" and "a.znn" in one index: the new name is there already.
    if (thrown instanceof ZnnError) return;
    throw thrown;
  }
  if (!isEqual(renameShards(parseModelIndex(renamed), back), input))
    throw new Finding('renaming there and back changed bytes');
}
