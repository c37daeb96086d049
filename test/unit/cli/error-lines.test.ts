import { expect, test } from 'vitest';
import { errorLine } from '../../../src/cli/report/error-lines.js';
import { ZnnError } from '../../../src/errors.js';

test('every part of the place that is known, then the message', () => {
  const where = { file: 'a.znn', tensor: 'lm_head.weight', frame: 3, offset: 12_345 };
  expect(errorLine(new ZnnError('corrupt', 'frame checksum: 1 does not match 2', where))).toBe(
    'znn: a.znn: tensor lm_head.weight, frame 3, offset 12345: frame checksum: 1 does not match 2',
  );
});

test('frame 0 and offset 0 are places', () => {
  expect(errorLine(new ZnnError('corrupt', 'x', { file: 'a.znn', frame: 0, offset: 0 }))).toBe(
    'znn: a.znn: frame 0, offset 0: x',
  );
});

test('without a place', () => {
  expect(errorLine(new ZnnError('io', 'no space left on device (ENOSPC)'))).toBe(
    'znn: no space left on device (ENOSPC)',
  );
});

test('names cannot break the line or reach the terminal', () => {
  const file = 'a\nznn: b\x1b[2Jc\u202Ed\u2028e\x9b1m';
  expect(errorLine(new ZnnError('io', 'x', { file }))).toBe(
    'znn: a\\x0aznn: b\\x1b[2Jc\\u202ed\\u2028e\\x9b1m: x',
  );
});
