// Where timed commands write, in memory that is warm.
//
// On a virtual machine memory that has been free for seconds goes back to the host (free page reporting: a look 2 s after the first
// piece is freed), and getting it again takes longer than any peer's work. So the memory of an output is freed, and some more,
// right before the command that takes it, and not sooner than the last look is over: a look in the middle of a command cost up to
// 2 s, and with turns of 1.7 s every other turn had one.
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WRITE_CALL_MAX_BYTES } from '../../dist/io/positional.js';
import { totalBytesOf } from './digests.js';

/** From the first piece freed to the end of the look, with something to spare. */
const LOOK_MS = 2300;

/** Freed beside an output's size, up to that size: which of the free pieces a command gets is up to the kernel. */
const SPARE_MAX_BYTES = 1 << 30;

/** Outputs are emptied, and keep their places until the run's folder goes: whenever ext4 without a journal makes a file, it steps over
 * each inode that was freed in the last minutes, 0.4 ms for a file after a thousand, as no user's run would. */
export class Outputs {
  #count = 0;
  #freedAt = 0;
  /** @type {string | undefined} */
  #last;
  #folder;
  #lookMs;

  /** @param {string} folder @param {boolean} isQuick does not wait for looks: times will vary more */
  constructor(folder, isQuick) {
    this.#folder = folder;
    this.#lookMs = isQuick ? 0 : LOOK_MS;
  }

  /** A path at which nothing is yet, for an output of about `bytes`; the output before it is gone, and memory is warm.
   * @param {string} name @param {number} bytes */
  async next(name, bytes) {
    const own = path.join(this.#folder, 'outputs', String(this.#count++));
    mkdirSync(own, { recursive: true });
    const fd = openSync(path.join(this.#folder, 'warm-up'), 'w');
    try {
      const lastBytes = this.#last === undefined ? 0 : totalBytesOf(this.#last);
      const warmBytes = Math.max(Math.min(bytes, SPARE_MAX_BYTES), bytes - lastBytes);
      const piece = Buffer.alloc(WRITE_CALL_MAX_BYTES);
      for (let done = 0; done < warmBytes; done += piece.length) writeSync(fd, piece);
      await sleep(this.#freedAt + this.#lookMs - performance.now());
      ftruncateSync(fd);
      this.emptyLast();
    } finally {
      closeSync(fd);
    }
    this.#last = path.join(own, name);
    return this.#last;
  }

  /** Empties the last output: a file, or all files right in a folder. A command that failed may have left none. */
  emptyLast() {
    const target = this.#last;
    this.#last = undefined;
    this.#freedAt = performance.now();
    const stats = target === undefined ? undefined : statSync(target, { throwIfNoEntry: false });
    if (target === undefined || stats === undefined) return;
    const files = stats.isDirectory() ? readdirSync(target).map((name) => path.join(target, name)) : [target];
    for (const file of files) truncateSync(file);
  }
}
