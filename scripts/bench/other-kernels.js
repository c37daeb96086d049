// Another version of the kernels: a wasm file, or a git revision that is built aside.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { root } from './machine.js';
import { makeWorkFolder } from './work-folder.js';

/** An instance, unchecked: another version may ask for regions that this one does not know.
 * @param {string} source a `.wasm` file or a git revision @returns {import('./kernel-cases.js').Instance} */
export function loadOtherKernels(source) {
  const file = source.endsWith('.wasm') ? source : buildRevision(source);
  const exports = /** @type {any} */ (
    new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports
  );
  return { exports, bytes: new Uint8Array(exports.memory.buffer) };
}

/** Builds the revision as its own build script says, with the packages of this checkout.
 * @param {string} revision @returns {string} its kernels */
function buildRevision(revision) {
  const folder = makeWorkFolder();
  const tree = path.join(folder, 'tree');
  const archive = path.join(folder, 'tree.tar');
  mkdirSync(tree);
  execFileSync('git', ['archive', '--format=tar', '-o', archive, revision], { cwd: root });
  execFileSync('tar', ['-xf', archive, '-C', tree]);
  symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'), 'junction');
  execFileSync(process.execPath, ['scripts/build.js'], { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] });
  return path.join(tree, 'dist', 'kernels.wasm');
}
