import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/byte-equality.ts'],
    // No test may find what another one noted of its outputs: those about the notes name a folder of their own.
    env: { ZNN_CACHE_DIR: '' },
    // Two cores are the smallest machine we promise to be pleasant on; child-process tests need the slack.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
