// What takes too long for `npm test`: kills, fuzzing, damaged files through the stock package too, and scale. Each stage
// runs, whatever became of the one before; the last line says how many passed.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const STAGES = [
  { name: 'scale', args: ['scripts/scale-test.js'] },
  { name: 'differential', args: ['scripts/differential.js', '--count', '10000'] },
  { name: 'fuzz', args: ['scripts/fuzz.js', '--seconds', '300'] },
  { name: 'kills', args: ['scripts/kill-test.js', '--kills', '500', '--signals', '100'] },
];

let failedCount = 0;
for (const { name, args } of STAGES) {
  const start = performance.now();
  console.log(`[${name}] node ${args.join(' ')}`);
  const { status, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) failedCount++;
  const end = status === 0 ? 'passed' : `FAILED (${signal ?? `exit code ${status}`})`;
  console.log(`[${name}] ${end} after ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
console.log(`${STAGES.length - failedCount} passed, ${failedCount} failed`);
process.exitCode = failedCount === 0 ? 0 : 1;
