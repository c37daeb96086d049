import { describe, test } from 'vitest';
import { COMMANDS, walkModel } from '../../support/walk-contract.js';

describe('one read or write after the other', () => {
  test.each(['one call short', 'one call of nothing'] as const)('compress --rm: %s', async (faultName) => {
    await walkModel('compress', faultName, { rm: true });
  });

  test.each(['one call short', 'one call of nothing'] as const)('decompress --rm: %s', async (faultName) => {
    await walkModel('decompress', faultName, { rm: true });
  });
});

describe('every read and write falls short', () => {
  test.each(COMMANDS)('compress %s', async (_, flags) => {
    await walkModel('compress', 'every call short', flags, { isOneStep: true });
  });

  test.each(COMMANDS)('decompress %s', async (_, flags) => {
    await walkModel('decompress', 'every call short', flags, { isOneStep: true });
  });
});
