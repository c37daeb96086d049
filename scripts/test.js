// The test command, run as `npm test`: each stage must pass before the next one starts. Arguments go to vitest, for
// instance `npm test -- test/unit/format`.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(path.join(root, 'package.json'));

/** The script that a package's command runs: without npx, whose start costs a second a stage.
 * @param {string} packageName @param {string} [command] */
function commandOf(packageName, command = packageName) {
  const manifestPath = require.resolve(`${packageName}/package.json`);
  const { bin } = require(manifestPath);
  return path.join(path.dirname(manifestPath), typeof bin === 'string' ? bin : bin[command]);
}

const tsc = () => commandOf('typescript', 'tsc');
/** @type {readonly { name: string, command: () => readonly string[] }[]} */
const STAGES = [
  // Child processes and workers run dist/, so tests need a build that matches the sources.
  { name: 'build', command: () => ['scripts/build.js'] },
  {
    name: 'lint',
    command: () => [commandOf('@biomejs/biome', 'biome'), 'check', '--error-on-warnings', '.'],
  },
  { name: 'types', command: () => [tsc(), '-p', 'test/tsconfig.json', '--noEmit'] },
  { name: 'layers', command: () => ['scripts/check-layers.js'] },
  { name: 'tests', command: () => [commandOf('vitest'), 'run', ...process.argv.slice(2)] },
];

for (const [stageIndex, { name, command }] of STAGES.entries()) {
  const start = performance.now();
  console.log(`[${stageIndex + 1}/${STAGES.length}] ${name}`);
  const { status, signal, error } = spawnSync(process.execPath, command(), { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    const end = error?.message ?? (signal ? `signal ${signal}` : `exit code ${status}`);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.error(`npm test: stage "${name}" failed (${end}) after ${seconds} s; later stages did not run`);
    process.exitCode = 1;
    break;
  }
}
