// Every value that a 16-bit float can have, the odd ones of 32 bits, and every size at which something begins or ends:
// each comes back bit for bit, whatever type it is taken for.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { geometricBytes } from '../support/distributions.js';
import { expectSameFiles } from '../support/same-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { runZnn } from '../support/znn-process.js';

const KIB = 1024;
const EDGES = [0, 128 * KIB, 256 * KIB, 512 * KIB, 4096 * KIB];

/** All bit patterns of 16 bits: every BF16 and F16 there is, among them all NaN payloads, infinities, −0, subnormals. */
function allHalves(): Uint8Array {
  return new Uint8Array(Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits).buffer);
}

/** Every exponent of 32 bits with either sign, and mantissas of all kinds: quiet and signalling NaNs, infinities, ±0. */
function oddFloats(): Uint8Array {
  const mantissas = [0, 1, 2, 0x3fffff, 0x400000, 0x400001, 0x7f_ffff, 0x12_3456, 0x7f_0000];
  const patterns = Array.from({ length: 512 }, (_, top) =>
    mantissas.map((mantissa) => ((top << 23) | mantissa) >>> 0),
  );
  return new Uint8Array(Uint32Array.from(patterns.flat()).buffer);
}

test.each(['auto', 'bytes', 'bf16', 'f16', 'f32', 'i32'])('--dtype %s', async (dtype) => {
  const cwd = temporaryFolder();
  const original = path.join(cwd, 'original');
  mkdirSync(original);
  const sizes = EDGES.flatMap((edge) => [-3, -2, -1, 0, 1, 2, 3].map((step) => edge + step)).filter(
    (bytes) => bytes >= 0,
  );
  for (const bytes of sizes)
    writeFileSync(path.join(original, `${bytes}.bin`), geometricBytes(bytes + 1, bytes, 60, 1.4));
  writeFileSync(path.join(original, 'halves.bin'), allHalves());
  writeFileSync(path.join(original, 'floats.bin'), oddFloats());
  expect(await runZnn(['compress', '--dtype', dtype, '-o', 'small', 'original'], { cwd })).toMatchObject({
    exitCode: 0,
  });
  expect(await runZnn(['decompress', 'small', '-o', 'back'], { cwd })).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
  expectSameFiles(path.join(cwd, 'back'), original);
});
