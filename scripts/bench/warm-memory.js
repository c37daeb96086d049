import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import { WRITE_CALL_MAX_BYTES } from '../../dist/io/positional.js';

/** Writes a file of `bytes` and removes it. The page cache's memory for the next output is then warm, whoever came before:
 * on a virtual machine memory that was free for seconds has gone back to the host, and getting it again takes longer than
 * any peer's work. @param {string} folder @param {number} bytes */
export function warmMemory(folder, bytes) {
  const target = path.join(folder, 'warm-up');
  const zeros = Buffer.alloc(WRITE_CALL_MAX_BYTES);
  const fd = openSync(target, 'w');
  try {
    for (let done = 0; done < bytes; done += WRITE_CALL_MAX_BYTES) writeSync(fd, zeros);
  } finally {
    closeSync(fd);
    unlinkSync(target);
  }
}
