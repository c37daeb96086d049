import { describe, test } from 'vitest';
import { largeModelFor, walk } from '../../support/walk-contract.js';

describe('in the calling thread, as the only one that works on a large file', () => {
  const job = { paths: ['model'], flags: { rm: true, threads: '1' } } as const;

  test.each(['compress', 'decompress'] as const)('%s --rm: EIO at every call', async (verb) => {
    await walk(await largeModelFor(verb), 'EIO once', { verb, ...job });
  });
});
