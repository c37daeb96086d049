// A few of the kills of `npm run test:slow`, which does hundreds.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('runs killed at random moments: nothing lost, and the next run finishes the job', () => {
  const script = fileURLToPath(new URL('../../scripts/kill-test.js', import.meta.url));
  const output = execFileSync(process.execPath, [script, '--kills', '8', '--signals', '2'], {
    encoding: 'utf8',
  });
  expect(output).toContain('12 passed, 0 failed');
});
