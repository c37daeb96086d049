import { describe, test } from 'vitest';
import { compressedModel, WALKS, walk, walkModel } from '../../support/walk-contract.js';

describe('decompress a folder', () => {
  test.each(WALKS)('$how: $faultName', async ({ flags, faultName }) => {
    await walkModel('decompress', faultName, flags);
  });
});

describe('verify', () => {
  test('EIO once', async () => {
    await walk(await compressedModel({}), 'EIO once', { verb: 'verify', paths: ['model'], flags: {} });
  });
});
