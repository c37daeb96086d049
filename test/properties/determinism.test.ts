// Equal bytes and options give equal files: never the name, the time, the mode, the threads or the run matters.

import { chmodSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createJobRunner } from '../../src/pool/pool.js';
import { concatBytes } from '../support/bytes.js';
import { geometricBytes, uniformBytes } from '../support/distributions.js';
import { run, statusesOf } from '../support/run-verb.js';
import { headerOf } from '../support/safetensors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MIB = 1 << 20;
const weights = [
  geometricBytes(1, 6 * MIB, 60, 1.3),
  uniformBytes(2, 5 * MIB),
  geometricBytes(3, 7 * MIB, 256, 1.02),
];
const model = concatBytes(
  headerOf([
    { name: 'a', dtype: 'BF16', shape: [3 * MIB], bytes: 6 * MIB },
    { name: 'b', dtype: 'U8', shape: [5 * MIB], bytes: 5 * MIB },
    { name: 'c', dtype: 'F16', shape: [7 * (MIB / 2)], bytes: 7 * MIB },
  ]),
  ...weights,
);

test('1, 2, 3 and 8 threads, the calling one among them or not, other names, times and modes: the same bytes', async () => {
  const folder = temporaryFolder();
  const outputs: Buffer[] = [];
  const settings = [1, 2, 3, 8].flatMap((threads) =>
    [false, true].map((usesCallingThread) => ({ threads, usesCallingThread })),
  );
  for (const [index, { threads, usesCallingThread }] of settings.entries()) {
    const source = path.join(folder, `name ${index}.safetensors`);
    writeFileSync(source, model);
    chmodSync(source, 0o600 + (index % 4) * 0o11);
    utimesSync(source, 1_600_000_000 + index, 1_600_000_000 + 1000 * index);
    const runner = createJobRunner({ threads, usesCallingThread });
    expect(statusesOf(await run('compress', source, { threads, runner }))).toEqual([
      `done ${path.basename(source)}`,
    ]);
    await runner.close();
    outputs.push(readFileSync(`${source}.znn`));
  }
  for (const output of outputs) expect(output.equals(outputs[0] ?? Buffer.alloc(0))).toBe(true);
});

test('an equal tensor gives equal frames in another file and at another place', async () => {
  const folder = temporaryFolder();
  const other = concatBytes(
    headerOf([
      { name: 'first', dtype: 'F32', shape: [1001], bytes: 4004 },
      { name: 'renamed', dtype: 'BF16', shape: [3, MIB], bytes: 6 * MIB },
    ]),
    uniformBytes(9, 4004),
    weights[0] ?? new Uint8Array(),
  );
  writeFileSync(path.join(folder, 'one.safetensors'), model);
  writeFileSync(path.join(folder, 'two.safetensors'), other);
  await run('compress', folder);
  const [one, two] = ['one', 'two'].map((name) => readFileSync(path.join(folder, `${name}.safetensors.znn`)));
  // The tensor's first frame: found by its header, then taken whole.
  const frameOf = (file: Buffer | undefined) => {
    const header = Buffer.from([10, 1, 1, 1, 0, 0, 0, 0, 150, 18, 6]);
    const start = (file?.indexOf(header) ?? 0) - 5;
    return file?.subarray(start, start + Number(file.readBigUInt64LE(start + 24)));
  };
  expect(frameOf(one)?.length).toBeGreaterThan(MIB);
  expect(frameOf(one)?.equals(frameOf(two) ?? Buffer.alloc(0))).toBe(true);
});
