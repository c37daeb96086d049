// Whether files hold the same bytes, in little memory: the outputs of a run are larger than memory should be.
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';

const BLOCK_BYTES = 1 << 20;

/** @param {string} expectedPath @param {string} actualPath two files, or two folders with all that is in them
 * @throws {Error} at the first difference */
export function assertSame(expectedPath, actualPath) {
  if (!statSync(expectedPath).isDirectory()) return assertSameFile(expectedPath, actualPath);
  const names = readdirSync(expectedPath).sort();
  if (JSON.stringify(names) !== JSON.stringify(readdirSync(actualPath).sort())) {
    throw new Error(`${actualPath} holds other files than ${expectedPath}`);
  }
  for (const name of names) assertSame(path.join(expectedPath, name), path.join(actualPath, name));
}

/** @param {string} expectedPath @param {string} actualPath */
function assertSameFile(expectedPath, actualPath) {
  const fds = [openSync(expectedPath, 'r'), openSync(actualPath, 'r')];
  const blocks = fds.map(() => Buffer.alloc(BLOCK_BYTES));
  try {
    for (let offset = 0; ; offset += BLOCK_BYTES) {
      const [expected, actual] = fds.map((fd, i) =>
        /** @type {Buffer} */ (blocks[i]).subarray(0, readSync(fd, /** @type {Buffer} */ (blocks[i]))),
      );
      if (expected === undefined || actual === undefined || !expected.equals(actual)) {
        throw new Error(`${actualPath} differs from ${expectedPath} at or after byte ${offset}`);
      }
      if (expected.byteLength < BLOCK_BYTES) return;
    }
  } finally {
    for (const fd of fds) closeSync(fd);
  }
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
