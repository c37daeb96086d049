import { describe, test } from 'vitest';
import { geometricBytes } from '../../support/distributions.js';
import { fileTree } from '../../support/file-tree.js';
import { WALKS, walk, walkModel } from '../../support/walk-contract.js';

describe('compress a folder', () => {
  test.each(WALKS)('$how: $faultName', async ({ flags, faultName }) => {
    await walkModel('compress', faultName, flags);
  });
});

describe('replace an existing output with -f', () => {
  test.each(['EIO once', 'a full disk from then on'] as const)('compress: %s', async (faultName) => {
    const template = fileTree({
      'model/a.bin': geometricBytes(3, 500, 9, 1.5),
      'model/a.bin.znn': 'an old one',
    });
    await walk(template, faultName, { verb: 'compress', paths: ['model'], flags: { force: true } });
  });
});
