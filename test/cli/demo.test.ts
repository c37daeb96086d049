import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

test('the demo round-trips its model, prints the table, and removes its folder', () => {
  const temporary = temporaryFolder();
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const output = execFileSync(process.execPath, ['scripts/demo.js'], { env, encoding: 'utf8' });
  expect(output).toMatch(/^file +original +compressed +ratio +seconds +GB\/s$/m);
  expect(output).toMatch(/^total +202 MB +\d+ MB +6\d\.\d\d %/m);
  expect(output).toContain('9 files, 202 MB: equal, byte for byte.');
  expect(readdirSync(temporary)).toEqual([]);
});
