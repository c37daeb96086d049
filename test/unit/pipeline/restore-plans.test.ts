import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { closeInput, type InputFile, openInput } from '../../../src/io/input-file.js';
import { RestorePlans } from '../../../src/run/inputs/decode-plans.js';
import { concatBytes } from '../../support/bytes.js';
import { geometricBytes } from '../../support/distributions.js';
import { fileTree } from '../../support/file-tree.js';
import { plainRunner, run } from '../../support/run-verb.js';
import { headerOf } from '../../support/safetensors.js';

/** Plans that count how often a frame index is read: its checksum is the first thing that is looked at. */
function countingPlans(): { plans: RestorePlans; readCount: () => number } {
  let count = 0;
  const checksum = (bytes: Uint8Array) => {
    count++;
    return plainRunner.checksum(bytes);
  };
  return { plans: new RestorePlans({ checksum }, undefined), readCount: () => count };
}

function withInput<Value>(filePath: string, work: (input: InputFile) => Value): Value {
  const input = openInput(filePath);
  try {
    return work(input);
  } finally {
    closeInput(input);
  }
}

test('a file is read once, and again when it has changed', async () => {
  const root = fileTree({
    'a.bin': geometricBytes(1, 100_000, 30, 1.4),
    'b.bin': geometricBytes(2, 50_000, 30, 1.4),
  });
  await run('compress', root);
  const a = path.join(root, 'a.bin.znn');
  const b = path.join(root, 'b.bin.znn');
  const { plans, readCount } = countingPlans();
  const first = withInput(a, (input) => plans.of(input));
  expect(withInput(a, (input) => plans.of(input))).toBe(first);
  expect(readCount()).toBe(1);
  expect(withInput(b, (input) => plans.of(input)).rawBytes).toBe(50_000);
  writeFileSync(a, readFileSync(b));
  expect(withInput(a, (input) => plans.of(input)).rawBytes).toBe(50_000);
  expect(readCount()).toBe(3);
});

test('one too large to be kept beside others is kept until it is asked for again', async () => {
  const specs = Array.from({ length: 1 << 15 }, (_, i) => ({
    name: `${i}`,
    dtype: 'U8',
    shape: [1],
    bytes: 1,
  }));
  const file = concatBytes(headerOf(specs), new Uint8Array(specs.length));
  const root = fileTree({ 'a.safetensors': file, 'b.safetensors': file });
  await run('compress', root, { format: 'safetensors' });
  const [a, b] = ['a', 'b'].map((name) => path.join(root, `${name}.znn.safetensors`)) as [string, string];
  const { plans, readCount } = countingPlans();
  const first = withInput(a, (input) => plans.of(input));
  withInput(b, (input) => plans.of(input));
  expect(withInput(a, (input) => plans.of(input))).toBe(first);
  expect(readCount()).toBe(2);
  withInput(b, (input) => plans.of(input));
  expect(withInput(a, (input) => plans.of(input))).not.toBe(first);
});

test('a damaged file fails each time that it is asked for', () => {
  const damaged = path.join(fileTree({ 'a.znn': Buffer.alloc(40, 'ZN') }), 'a.znn');
  const { plans } = countingPlans();
  for (let i = 0; i < 2; i++)
    expect(() => withInput(damaged, (input) => plans.of(input))).toThrow(/frame header/);
});
