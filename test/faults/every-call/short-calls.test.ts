import { describe, test } from 'vitest';
import { fileTree } from '../../support/file-tree.js';
import { COMMANDS, compressedModel, MODEL, walk } from '../../support/walk-contract.js';

describe('one read or write after the other', () => {
  test.each(['one call short', 'one call of nothing'] as const)('compress --rm: %s', async (faultName) => {
    await walk(fileTree(MODEL), faultName, { verb: 'compress', paths: ['model'], flags: { rm: true } });
  });

  test.each(['one call short', 'one call of nothing'] as const)('decompress --rm: %s', async (faultName) => {
    await walk(await compressedModel({ sha256: true }), faultName, {
      verb: 'decompress',
      paths: ['model'],
      flags: { rm: true },
    });
  });
});

describe('every read and write falls short', () => {
  const short = { isOneStep: true } as const;

  test.each(COMMANDS)('compress %s', async (_, flags) => {
    await walk(fileTree(MODEL), 'every call short', { verb: 'compress', paths: ['model'], flags, ...short });
  });

  test.each(COMMANDS)('decompress %s', async (_, flags) => {
    await walk(await compressedModel({ sha256: true }), 'every call short', {
      verb: 'decompress',
      paths: ['model'],
      flags,
      ...short,
    });
  });
});
