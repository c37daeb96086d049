// Files that ZipNN's script gets wrong: named by `znn check`, and read by ZipNN's reader when they are repaired.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const znn = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'znn.cjs');

/** What is found in each file, in order of severity and code. */
const EXPECTED = {
  'without.znn.safetensors': ['defect no-compressed-vectors', 'defect no-format', 'suspicion rotated-tensor'],
  'twice.znn.znn.safetensors': [
    'defect compressed-twice',
    'defect wrong-compressed-vectors',
    'suspicion rotated-tensor',
  ],
};

/** @param {string} folder @param {import('./checks.js').Python} python @param {import('./tally.js').Tally} tally */
export function checkDefects(folder, python, tally) {
  const own = path.join(folder, 'defects');
  mkdirSync(own);
  python.run('defects.py', ['make', own]);
  const found = findingsIn(own, ['check', 'stock', '--json']);
  for (const [name, expected] of Object.entries(EXPECTED)) {
    const codes = found.get(`stock/${name}`) ?? [];
    const isSame = JSON.stringify(codes) === JSON.stringify(expected);
    tally.check(`znn check ${name}`, isSame ? undefined : `found ${codes.join(', ') || 'nothing'}`);
  }
  const plain = findingsIn(own, ['check', 'with.safetensors', 'without.safetensors', '--json']);
  const extra = [...plain.values()].flat();
  tally.check('znn check on the originals', extra.length === 0 ? undefined : `found ${extra.join(', ')}`);
  findingsIn(own, ['check', 'stock', '--repair', '-o', 'repaired', '--json']);
  const answers = python.run('defects.py', ['compare', own]).split('\n');
  for (const line of answers.filter((each) => each.startsWith('ANSWER '))) {
    const { name, error } = JSON.parse(line.slice('ANSWER '.length));
    tally.check(`zipnn reads the repaired ${name}`, error);
  }
}

/** @param {string} folder @param {string[]} args
 * @returns {Map<string, string[]>} severity and code of what was found, by file */
function findingsIn(folder, args) {
  const { stdout, stderr } = spawnSync(process.execPath, [znn, ...args], { cwd: folder, encoding: 'utf8' });
  if (stderr !== '') throw new Error(`znn ${args.join(' ')}: ${stderr}`);
  const files = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'check');
  return new Map(
    files.map(({ source, findings }) => [
      source,
      findings.map(
        (/** @type {{ severity: string, code: string }} */ { severity, code }) => `${severity} ${code}`,
      ),
    ]),
  );
}
