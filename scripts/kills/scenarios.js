import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeModelFolder } from '../fixtures.js';
import { treeOf } from './contract.js';
import { runZnn } from './run-znn.js';

/** @typedef {import('./contract.js').Expected} Expected */
/** A command in a copy of `template`, and what an undisturbed run makes of it in `ms`.
 * @typedef {Expected & { title: string, template: string, args: readonly string[], ms: number }} Scenario */

const SCALE = 0.2;
/** @type {readonly { flags: readonly string[], removes: Expected['removes'] }[]} */
const REMOVALS = [
  { flags: [], removes: 'nothing' },
  { flags: ['--rm'], removes: 'together' },
  { flags: ['--rm=each'], removes: 'each' },
];

/** Both ways, a file and a folder, with each kind of removal. @param {string} root @returns {Promise<Scenario[]>} */
export async function prepareScenarios(root) {
  const scenarios = [];
  for (const { template, name } of [oneFile(root), modelFolder(root)]) {
    const packed = await compressedCopy(template, name);
    for (const { flags, removes } of REMOVALS) {
      const common = ['-q', '-T2', ...flags];
      const packedName = name === 'model' ? name : `${name}.znn`;
      scenarios.push(await measure(root, template, ['compress', ...common, name], removes));
      scenarios.push(await measure(root, packed, ['decompress', ...common, packedName], removes));
    }
  }
  return scenarios;
}

/** A folder of three shards and one more, an index and small files, some 10 MB. @param {string} root */
function modelFolder(root) {
  const template = path.join(root, 'folder');
  writeModelFolder(path.join(template, 'model'), { scale: SCALE });
  return { template, name: 'model' };
}

/** The shards of such a folder, end to end. @param {string} root */
function oneFile(root) {
  const template = path.join(root, 'file');
  const shards = path.join(root, 'shards');
  writeModelFolder(shards, { scale: SCALE });
  const names = readdirSync(shards).filter((name) => name.endsWith('.safetensors'));
  mkdirSync(template);
  writeFileSync(
    path.join(template, 'a.bin'),
    Buffer.concat(names.map((name) => readFileSync(path.join(shards, name)))),
  );
  rmSync(shards, { recursive: true });
  return { template, name: 'a.bin' };
}

/** @param {string} template @param {string} name */
async function compressedCopy(template, name) {
  const packed = `${template}-compressed`;
  cpSync(template, packed, { recursive: true, preserveTimestamps: true });
  await mustRun(packed, ['compress', '-q', '--rm', name]);
  return packed;
}

/** @param {string} root @param {string} template @param {readonly string[]} args @param {Expected['removes']} removes
 * @returns {Promise<Scenario>} */
async function measure(root, template, args, removes) {
  const work = copyOf(root, template);
  const before = treeOf(work);
  const startMs = performance.now();
  await mustRun(work, args);
  const ms = performance.now() - startMs;
  return { title: args.join(' '), template, args, before, after: treeOf(work), removes, ms };
}

/** @param {string} cwd @param {readonly string[]} args */
async function mustRun(cwd, args) {
  const end = await runZnn(cwd, args);
  if (end.exitCode !== 0) throw new Error(`znn ${args.join(' ')}: ${end.exitCode} ${end.stderr}`);
}

/** A new copy, in place of the one before. @param {string} root @param {string} template */
export function copyOf(root, template) {
  const work = path.join(root, 'work');
  rmSync(work, { recursive: true, force: true });
  cpSync(template, work, { recursive: true, preserveTimestamps: true });
  return work;
}
