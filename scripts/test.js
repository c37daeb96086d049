// The test command, run as `npm test`: the commands of a stage run side by side, and each stage must pass before the next one
// starts. Arguments go to vitest, for instance `npm test -- test/unit/format`, and choose among all tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

const testArguments = process.argv.slice(2);
/** What takes long and seldom breaks has a command of its own, `npm run test:system`. */
const tests = testArguments.length > 0 ? testArguments : ['--project', '!system'];

/** Name → command, stage after stage.
 * @type {readonly Readonly<Record<string, () => readonly string[]>>[]} */
const STAGES = [
  // Child processes and workers run dist/, so tests need a build that matches the sources.
  { build: () => ['scripts/build.js'] },
  {
    types: () => [commandOf('typescript', 'tsc'), '-p', 'test/tsconfig.json', '--noEmit'],
    anywhere: () => [commandOf('typescript', 'tsc'), '-p', 'tsconfig.anywhere.json'],
    lint: () => [commandOf('@biomejs/biome', 'biome'), 'check', '--error-on-warnings', '.'],
    layers: () => ['scripts/check-layers.js'],
  },
  { tests: () => [commandOf('vitest'), 'run', ...tests] },
];

for (const [stageIndex, stage] of STAGES.entries()) {
  console.log(`[${stageIndex + 1}/${STAGES.length}] ${Object.keys(stage).join(', ')}`);
  const ends = await Promise.all(Object.entries(stage).map(([name, command]) => runCommand(name, command())));
  if (ends.includes(false)) {
    process.exitCode = 1;
    break;
  }
}

/** Whether it passed; if it did not, that is said.
 * @param {string} name @param {readonly string[]} command */
async function runCommand(name, command) {
  const start = performance.now();
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' });
  const [exitCode, signal] = await once(child, 'close');
  if (exitCode === 0) return true;
  const end = signal ? `signal ${signal}` : `exit code ${exitCode}`;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(`npm test: "${name}" failed (${end}) after ${seconds} s; later stages do not run`);
  return false;
}
