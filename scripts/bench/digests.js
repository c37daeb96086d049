// What outputs are checked by. A digest, not the other file: reading both would push files that are still needed out of
// the page cache.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';

const BLOCK_BYTES = 1 << 20;

/** SHA-256 of a file, or of a folder: its names and all that is in them.
 * @param {string} fileOrFolder @returns {string} */
export function digestOf(fileOrFolder) {
  const hash = createHash('sha256');
  if (statSync(fileOrFolder).isDirectory()) {
    for (const name of readdirSync(fileOrFolder).sort()) {
      hash.update(JSON.stringify([name, digestOf(path.join(fileOrFolder, name))]));
    }
    return hash.digest('hex');
  }
  const block = Buffer.alloc(BLOCK_BYTES);
  const fd = openSync(fileOrFolder, 'r');
  try {
    for (let count = readSync(fd, block); count > 0; count = readSync(fd, block)) {
      hash.update(block.subarray(0, count));
    }
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

/** @param {string} digest of what should be there @param {string} fileOrFolder @throws {Error} where it is not */
export function checkDigest(digest, fileOrFolder) {
  if (digestOf(fileOrFolder) !== digest) throw new Error(`${fileOrFolder} holds other bytes than it should`);
}

/** Bytes of a file, or of all files in a folder. @param {string} fileOrFolder @returns {number} */
export function totalBytesOf(fileOrFolder) {
  const stats = statSync(fileOrFolder);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(fileOrFolder).reduce(
    (sum, name) => sum + totalBytesOf(path.join(fileOrFolder, name)),
    0,
  );
}
