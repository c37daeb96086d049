import { describe, test } from 'vitest';
import { compressedModel, WALKS, walk } from '../../support/walk-contract.js';

describe('decompress a folder', () => {
  test.each(WALKS)('$how: $faultName', async ({ flags, faultName }) => {
    await walk(await compressedModel({ sha256: true }), faultName, {
      verb: 'decompress',
      paths: ['model'],
      flags,
    });
  });
});

describe('verify', () => {
  test('EIO once', async () => {
    await walk(await compressedModel({}), 'EIO once', { verb: 'verify', paths: ['model'], flags: {} });
  });
});
