import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { encodeIndexFrame } from '../../../src/format/frame-index/index-encode.js';
import { planDecompressionOf } from '../../../src/run/verbs/decompress.js';
import { geometricBytes } from '../../support/distributions.js';
import { fileTree } from '../../support/file-tree.js';
import { plainRunner, run } from '../../support/run-verb.js';

const weights = geometricBytes(1, 3_000_001, 30, 1.4);

test('is that of the original, and in nobody’s way otherwise', async () => {
  const root = fileTree({ 'a.bin': weights });
  await run('compress', path.join(root, 'a.bin'), { sha256: true });
  const plan = planDecompressionOf(path.join(root, 'a.bin.znn'), {}, plainRunner);
  expect(plan.sha256).toBe(createHash('sha256').update(weights).digest('hex'));
  const outputPath = path.join(root, 'back');
  const [restored] = await run('decompress', path.join(root, 'a.bin.znn'), { outputPath });
  expect(restored?.status).toBe('done');
  expect(readFileSync(outputPath).equals(weights)).toBe(true);
  const [verified] = await run('verify', path.join(root, 'a.bin.znn'));
  expect(verified).toMatchObject({ status: 'done', checked: 'content' });
});

test('of another file is corruption, although every frame matches its checksum', async () => {
  const root = fileTree({ 'a.bin': weights });
  const compressed = path.join(root, 'a.bin.znn');
  await run('compress', path.join(root, 'a.bin'), { encoding: 'bytes' });
  const { frames, rawBytes } = planDecompressionOf(compressed, {}, plainRunner);
  const indexed = frames.map(
    (frame) => ({ ...frame, encoding: 'bytes', checksum: frame.checksum ?? 0n }) as const,
  );
  const last = frames.at(-1);
  const ending = encodeIndexFrame(
    { originalBytes: rawBytes, frames: indexed, sha256: 'ab'.repeat(32) },
    plainRunner.checksum.bind(plainRunner),
  );
  const payload = readFileSync(compressed).subarray(0, (last?.frameOffset ?? 0) + (last?.encodedBytes ?? 0));
  writeFileSync(compressed, Buffer.concat([payload, ending]));
  const [result] = await run('decompress', compressed, { outputPath: path.join(root, 'back') });
  expect(result?.error).toMatchObject({ code: 'corrupt', message: expect.stringContaining('SHA-256') });
  expect(readdirSync(root).sort()).toEqual(['a.bin', 'a.bin.znn']);
  const [verified] = await run('verify', compressed);
  expect(verified?.error).toMatchObject({ code: 'corrupt', message: expect.stringContaining('SHA-256') });
});
