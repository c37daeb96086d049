// Limits held for what a run reads first, and not for what it reads after that: a .znn.safetensors beyond a limit was
// called corrupt, the header in its index could claim 100 MB of memory, and check knew no limits at all.

import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../../src/check/check.js';
import { discover } from '../../src/discover/discover.js';
import { decodeContainerIndex } from '../../src/format/container/index-decode.js';
import { encodeContainerIndex } from '../../src/format/container/index-encode.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/format/limits.js';
import { deflateJson, inflateJson } from '../../src/layout/deflate.js';
import { fileTree } from '../support/file-tree.js';
import { safetensorsFile } from '../support/model-folder.js';
import { plainRunner, run } from '../support/run-verb.js';
import { faultOf } from '../support/throws.js';

const FORMAT = { format: 'safetensors' } as const;
const BEYOND: [Partial<Limits>, RegExp][] = [
  [{ headerBytes: 10 }, /^limit: safetensors header: header bytes \d+ exceeds 10$/],
  [{ tensors: 0 }, /^limit: safetensors header: more than 0 tensors$/],
  [{ rawBytes: 10 }, /^limit: \d+ restored bytes, allowed are 10$/],
  [{ frames: 0 }, /^limit: 1 frames, allowed are 0$/],
];

describe('a .znn.safetensors beyond a limit is unsupported, not corrupt', () => {
  test.each(BEYOND)('%j', async (limits, message) => {
    const folder = fileTree({ 'a.safetensors': safetensorsFile(1, 3000) });
    await run('compress', path.join(folder, 'a.safetensors'), { ...FORMAT, removeSources: true });
    for (const verb of ['verify', 'decompress'] as const) {
      const [result] = await run(verb, path.join(folder, 'a.znn.safetensors'), { limits });
      expect(result?.error).toMatchObject({ code: 'unsupported', message: expect.stringMatching(message) });
    }
  });
});

test('a source that would become one is refused', async () => {
  const source = path.join(fileTree({ 'a.safetensors': safetensorsFile(1, 3000) }), 'a.safetensors');
  for (const limits of [{ rawBytes: 10 }, { frames: 0 }]) {
    const [result] = await run('compress', source, { ...FORMAT, limits });
    expect(result?.error).toMatchObject({ code: 'unsupported', message: expect.stringMatching(/^limit: /) });
  }
});

describe('the header in the index of one', () => {
  const headerIn = (text: string, limits?: { headerBytes: number }) => {
    const { deflatedJson, headerBytes } = decodeContainerIndex(text, checksum, limits);
    return inflateJson(deflatedJson, headerBytes);
  };
  const json = new Uint8Array(1000);
  const index = { originalBytes: 1008, originalJson: json, checksums: [] };
  const checksum = () => 0n;

  test('that claims more than what it is deflated to can hold is corrupt', () => {
    const lying = { ...index, originalJson: { length: 99_000_000 } as Uint8Array };
    const text = [...encodeContainerIndex(lying, deflateJson(json), checksum)].join('');
    expect(faultOf(() => headerIn(text))).toMatch(
      /^corrupt: frame index: \d+ bytes of header do not inflate to 99000000$/,
    );
  });

  test('beyond the limit is refused', () => {
    const text = [...encodeContainerIndex(index, deflateJson(json), checksum)].join('');
    expect(faultOf(() => headerIn(text, { headerBytes: 999 }))).toBe(
      'unsupported: limit: 1000 bytes of safetensors header, allowed are 999',
    );
    expect(headerIn(text, DEFAULT_LIMITS)).toEqual(json);
  });
});

test.each([
  [{ indexBytes: 10 }, 'model.safetensors.index.json'],
  [{ headerBytes: 10 }, 'a.safetensors'],
  [{ tensors: 0 }, 'a.safetensors'],
])('check with %j refuses %s, and calls nothing damaged', (limits, name) => {
  const folder = fileTree({
    'a.safetensors': safetensorsFile(1, 3000),
    'model.safetensors.index.json': '{"weight_map":{"layer.1.weight":"a.safetensors"}}',
  });
  const machine = { environment: {}, homePath: '/nonexistent' };
  const plan = discover({ verb: 'info', paths: [folder], removeSources: false, machine, withIndexes: true });
  const files = check(plan, plainRunner, limits).flatMap((group) => group.files);
  const refused = files.filter(({ error }) => error !== undefined);
  expect(refused.map(({ path: file, error }) => [path.basename(file), error?.code])).toEqual([
    [name, 'unsupported'],
  ]);
  expect(files.flatMap(({ findings }) => findings).filter(({ code }) => code === 'damaged')).toEqual([]);
});
