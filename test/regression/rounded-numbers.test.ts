// A u64 of a file was printed as the double nearest to it: "cumulative size 18446744073709552000". Nobody finds that number in
// the file.

import { expect, test } from 'vitest';
import { decodeFrameHeader } from '../../src/format/frame/header-decode.js';
import { assertWithin, DEFAULT_LIMITS } from '../../src/format/limits.js';
import { readSafetensorsHeader } from '../../src/format/safetensors/header.js';
import { readFrame } from '../../src/layout/decode/frame-reader.js';
import { frameOfRaw } from '../reference/frame-encode.js';
import { patched, u64Bytes } from '../support/bytes.js';
import { sparseSource } from '../support/memory-source.js';
import { run } from '../support/run-verb.js';
import { safetensorsHeader } from '../support/safetensors.js';
import { faultOf } from '../support/throws.js';

const MAX = BigInt(Number.MAX_SAFE_INTEGER);
const [CHUNK_LOG2, RAW_BYTES] = [14, 16];
const frame = frameOfRaw(new Uint8Array(64), 1, 4, false);

test('a cumulative size', async () => {
  const [result] = await run('verify', 'test/golden/broken/sizes-2p64-1.znn');
  expect(result?.error?.message).toContain('cumulative size 18446744073709551615 exceeds ');
});

test('the least bytes of a frame', () => {
  const header = patched(patched(frame, RAW_BYTES, u64Bytes(MAX)), CHUNK_LOG2, [2]);
  expect(faultOf(() => decodeFrameHeader(header))).toMatch(
    /encoded bytes \d+ is below more than 2\^53 - 1, the least that 9007199254740991 raw bytes can take$/,
  );
});

test('the end of the planes', () => {
  // Four types, then where plane 0 ends.
  const lying = patched(frame, 32 + 4, u64Bytes(MAX));
  const read = () => readFrame(sparseSource(lying.length, [[0, lying]]), 0);
  expect(faultOf(read)).toContain(`the planes end at more than 2^53 - 1, the frame at ${frame.length}`);
});

test('the end of the tensors', () => {
  const header = safetensorsHeader(`{"a":{"dtype":"NEW","shape":[3],"data_offsets":[0,${MAX}]}}`);
  expect(readSafetensorsHeader(sparseSource(header.length, [[0, header]]))).toMatchObject({
    reason: `the tensors end at more than 2^53 - 1, the file at ${header.length}`,
  });
});

test('what is beyond a limit', () => {
  expect(faultOf(() => assertWithin(DEFAULT_LIMITS, 'rawBytes', 2 ** 54))).toBe(
    'unsupported: limit: more than 2^53 - 1 restored bytes, allowed are 70368744177664',
  );
});
