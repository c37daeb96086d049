import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm, QUIETLY, root, runProgram } from './npm.js';

/** The oldest line that `engines` allows, and the newest with long-term support in the registry's `node` package: 26.10.0, the
 * newest of all there, does not call itself that. */
export const NODE_VERSIONS = ['20.20.2', '24.21.0'] as const;

const cache = path.join(root, 'node_modules', '.cache', 'znn-tests');

/** The folder with this Node's binary: that of the running one if it is of the same line, else one from the registry, which
 * is kept for the next run. */
export async function nodeFolderOf(version: string): Promise<string> {
  const line = (of: string) => of.split('.')[0];
  if (line(version) === line(process.versions.node)) return path.dirname(process.execPath);
  const installed = path.join(cache, `node-${version}`);
  if (!existsSync(installed)) await install(version, installed);
  const folder = path.join(installed, 'node_modules', 'node', 'bin');
  const { stdout } = await runProgram(path.join(folder, 'node'), ['--version'], { cwd: root });
  if (stdout.trim() !== `v${version}`)
    throw new Error(`${folder} holds Node ${stdout.trim()}, not v${version}`);
  return folder;
}

async function install(version: string, target: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'installing-'));
  try {
    // The one package here that may run a script: it brings the binary.
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ allowScripts: { node: true } }));
    await npm(['install', '--save-exact', ...QUIETLY, `node@${version}`], { cwd: folder });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
