// Who is compared. A peer that works on files says by what command it gets from one file to another.
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { firstLineOf, root } from './machine.js';

const here = path.join(root, 'scripts', 'bench');
const znn = path.join(root, 'bin', 'znn.cjs');

/** @typedef {import('./processes.js').Command} Command */
/**
 * @typedef {object} FilePeer
 * @property {string} id
 * @property {string} label
 * @property {boolean} [isSlow] takes seconds where others take tenths, so it gets fewer rounds
 * @property {number} [threads] 0 or absent where the peer decides
 * @property {boolean} [tellsSeconds] prints JSON with its own time, from after its imports, and its memory
 * @property {'source' | 'znn'} [decompresses] for peers that don't compress: what they take in place of a file of their own
 * @property {boolean} [isFloor] writes bytes that mean nothing: only their number is checked
 * @property {(verb: 'compress' | 'decompress', source: string, target: string, about: About) => Command} command
 */
/**
 * What is known of a command's files.
 * @typedef {object} About
 * @property {string} stockDtype
 * @property {number} targetBytes what znn writes in the same place
 * @property {string} original
 * @property {string} encoded
 */

/** znn as users run it. @param {number} [threads] 0 for its own choice @returns {FilePeer} */
export function znnPeer(threads = 0) {
  return {
    id: threads === 0 ? 'znn' : `znn-T${threads}`,
    label: threads === 0 ? 'znn' : `znn -T ${threads}`,
    threads,
    command: (verb, source, target) => ({
      program: process.execPath,
      args: [znn, verb, '-q', ...(threads === 0 ? [] : ['-T', String(threads)]), '-o', target, source],
    }),
  };
}

/** `znn` with the module that reports its memory. @param {Command} command @param {string} peakFile @returns {Command} */
export function withPeakMemory({ program, args }, peakFile) {
  const preload = path.join(here, 'peak-memory.js');
  return { program, args: ['--import', preload, ...args], env: { ZNN_BENCH_PEAK_FILE: peakFile } };
}

/** @type {FilePeer} */
const cp = {
  id: 'cp',
  label: 'cp',
  decompresses: 'source',
  command: (_verb, source, target) => ({ program: 'cp', args: ['--reflink=never', source, target] }),
};

/** @type {FilePeer} */
const noCodec = {
  id: 'no-codec',
  label: 'reads and writes of znn alone',
  decompresses: 'znn',
  isFloor: true,
  command: (_verb, source, target, { targetBytes }) => ({
    program: process.execPath,
    args: [path.join(here, 'no-codec.js'), source, target, String(targetBytes)],
  }),
};

/** @param {number} level @returns {FilePeer} */
function zstdPeer(level) {
  return {
    id: `zstd-${level}`,
    label: `zstd -${level}`,
    isSlow: true,
    command: (verb, source, target) => ({
      program: 'zstd',
      args: ['-q', '-f', ...(verb === 'compress' ? [`-${level}`, '-T0'] : ['-d']), '-o', target, source],
    }),
  };
}

/** @param {string} python @returns {FilePeer} */
function stockPeer(python) {
  return {
    id: 'stock',
    label: 'stock zipnn',
    isSlow: true,
    tellsSeconds: true,
    command: (verb, source, target, { stockDtype }) => ({
      program: python,
      args: ['-B', path.join(here, 'stock_files.py'), verb, stockDtype, source, target],
    }),
  };
}

/** The interpreter of the interop run's environment, if it is there. */
export function installedPython() {
  const environment = path.join(root, '.venv-interop');
  // Written when the installation is complete.
  if (!existsSync(path.join(environment, 'requirements.installed'))) return undefined;
  return path.join(environment, 'bin', 'python');
}

/** The peers that are installed, their versions, and why others are missing.
 * @returns {{ peers: FilePeer[], python: string | undefined, versions: Record<string, string>, missing: string[] }} */
export function findPeers() {
  /** @type {Record<string, string>} */
  const versions = {};
  const missing = [];
  const peers = [znnPeer(), noCodec];
  const cpVersion = firstLineOf('cp', ['--version'])?.match(/GNU coreutils\) (\S+)/)?.[1];
  if (cpVersion) {
    versions['cp (GNU coreutils)'] = cpVersion;
    peers.push(cp);
  } else missing.push('cp: the installed one does not know --reflink=never');
  const zstdVersion = firstLineOf('zstd', ['-q', '--version'])?.match(/v?(\d+\.\d+\.\d+)/)?.[1];
  if (zstdVersion) {
    versions.zstd = zstdVersion;
    peers.push(zstdPeer(1), zstdPeer(3));
  } else missing.push('zstd: not installed');
  const python = installedPython();
  const script = 'import sys, importlib.metadata as m; print(m.version("zipnn"), sys.version.split()[0])';
  const [zipnn, pythonVersion] = (python && firstLineOf(python, ['-c', script])?.split(' ')) || [];
  if (python && zipnn && pythonVersion) {
    versions.zipnn = zipnn;
    versions.python = pythonVersion;
    peers.push(stockPeer(python));
  } else missing.push('stock zipnn and the real model: not installed; `npm run test:interop` installs them');
  return { peers, python: zipnn ? python : undefined, versions, missing };
}

/** Threads of a run on all processors. */
export const allThreads = os.availableParallelism();
