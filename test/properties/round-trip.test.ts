import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DTYPE_CODES, ENCODINGS, type EncodingChoice } from '../../src/format/frame/dtypes.js';
import { encodedBytesMax } from '../../src/format/frame/geometry.js';
import { decodeFrames, decodeZnn } from '../reference/frame-decode.js';
import { anyFile, safetensorsFile } from '../support/model-arbitrary.js';
import { run, statusesOf } from '../support/run-verb.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const choices = ['auto', ...Object.keys(ENCODINGS)] as EncodingChoice[];
const settings = fc.record({
  encoding: fc.constantFrom(...choices),
  frameIndex: fc.boolean(),
});

test('any file comes back bit for bit, by znn and by the reference, and no frame grows by more than its headers', async () => {
  const folder = temporaryFolder();
  const source = path.join(folder, 'model.safetensors');
  const compressed = `${source}.znn`;
  const restored = path.join(folder, 'restored');
  await fc.assert(
    fc.asyncProperty(fc.oneof(safetensorsFile, anyFile), settings, async (bytes, options) => {
      for (const file of [compressed, restored]) rmSync(file, { force: true });
      writeFileSync(source, bytes);
      expect(statusesOf(await run('compress', source, options))).toEqual(['done model.safetensors']);
      const znn = readFileSync(compressed);
      expect(Buffer.compare(decodeZnn(znn), bytes)).toBe(0);
      expect(statusesOf(await run('decompress', compressed, { outputPath: restored }))).toEqual([
        'done model.safetensors.znn',
      ]);
      expect(readFileSync(restored).equals(bytes)).toBe(true);
      for (const frame of decodeFrames(znn).filter(({ raw }) => raw.length > 0)) {
        const planeCount = DTYPE_CODES.get(frame.dtypeCode)?.planeCount ?? 1;
        const limit = encodedBytesMax(frame.raw.length, planeCount, frame.chunkBytes);
        expect(frame.encodedBytes).toBeLessThanOrEqual(limit);
      }
    }),
    { numRuns: 80 },
  );
});
