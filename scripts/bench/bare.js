// The floor under a command of znn that its own kernels set: the smallest program of Node that does the same with them.
import { closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { fileSource } from '../../dist/io/file-source.js';
import { closeInput, openInput } from '../../dist/io/input-file.js';
import { planDecompression } from '../../dist/layout/decode/decode-plan.js';
import { planCompression } from '../../dist/layout/encode/encode-plan.js';
import { createJobRunner } from '../../dist/pool/pool.js';
import { root } from './machine.js';

/** Builds the program in `folder`. @param {string} folder @returns {Promise<import('./peers.js').FilePeer>} */
export async function barePeer(folder) {
  const program = path.join(folder, 'bare.cjs');
  const bundled = await rolldown({
    input: path.join(root, 'scripts', 'bench', 'bare-program.js'),
    platform: 'node',
  });
  await bundled.write({ format: 'cjs', file: program, codeSplitting: false });
  await bundled.close();
  const jobFile = path.join(folder, 'bare.json');
  return {
    id: 'bare',
    label: 'kernels, reads and writes of znn alone',
    decompresses: 'znn',
    command: (verb, source, target, { original, encoded }) => {
      writeFileSync(jobFile, JSON.stringify(readyJob(verb, original, encoded), withBigInts));
      return { program: process.execPath, args: [program, jobFile, source, target] };
    },
  };
}

/** @param {'compress' | 'decompress'} verb @param {string} original @param {string} encoded as znn wrote it
 * @returns {import('./bare-program.js').ReadyJob} */
function readyJob(verb, original, encoded) {
  const kernels = path.join(root, 'dist', 'kernels.wasm');
  const frames = encodedFrames(encoded);
  if (verb === 'decompress') {
    const job = { kind: 'decompress', frames };
    return { kernels, job, targetBytes: statSync(original).size, ending: '' };
  }
  const framesEnd = Math.max(...frames.map(({ frameOffset, encodedBytes }) => frameOffset + encodedBytes));
  const job = { kind: 'compress', hasFrameIndex: true, frames: plannedFrames(original) };
  return {
    kernels,
    job,
    targetBytes: statSync(encoded).size,
    ending: endOf(encoded, framesEnd).toString('base64'),
  };
}

/** @param {string} file */
function encodedFrames(file) {
  const runner = createJobRunner({ threads: 1 });
  return withInput(file, (source) => planDecompression(source, (bytes) => runner.checksum(bytes)).frames);
}

/** @param {string} file */
function plannedFrames(file) {
  const options = { encoding: /** @type {const} */ ('auto'), isNamedSafetensors: true };
  return withInput(file, (source) => planCompression(source, options).frames);
}

/** @template T @param {string} file @param {(source: import('../../src/sources/byte-source.js').ByteSource) => T} use */
function withInput(file, use) {
  const input = openInput(file);
  try {
    return use(fileSource(input));
  } finally {
    closeInput(input);
  }
}

/** @param {string} file @param {number} start */
function endOf(file, start) {
  const end = Buffer.alloc(statSync(file).size - start);
  const fd = openSync(file, 'r');
  readSync(fd, end, 0, end.length, start);
  closeSync(fd);
  return end;
}

/** @param {string} _key @param {unknown} value */
const withBigInts = (_key, value) => (typeof value === 'bigint' ? `${value}n` : value);
