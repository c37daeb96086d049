import { describe, test } from 'vitest';
import { largeModelFor, walk } from '../../support/walk-contract.js';

describe('in the workers', () => {
  const job = { paths: ['model'], flags: { rm: true, threads: '2' } } as const;

  test.each(['compress', 'decompress'] as const)('%s --rm: EIO at every call', async (verb) => {
    await walk(await largeModelFor(verb), 'EIO once in a worker', { verb, ...job });
  });

  test.each(['compress', 'decompress'] as const)('%s --rm: a full disk', async (verb) => {
    await walk(await largeModelFor(verb), 'a full disk in a worker', { verb, ...job });
  });

  test('every read and write falls short', async () => {
    await walk(await largeModelFor('compress'), 'every call short', {
      verb: 'compress',
      ...job,
      isOneStep: true,
    });
  });
});
