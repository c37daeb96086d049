import { hostname } from 'node:os';
import { kill, pid } from 'node:process';
import { system } from './system.js';

// Temporary files carry the name of the process that writes them, so that a later run can tell a stale one from one
// that is being written. A process id alone does not identify a process: containers that share a volume count from 1
// each, and a container that restarts gives its first process the same number again.

/** Who writes a temporary file. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Random, new with every start of a process. */
  readonly start: string;
}

/** Eight hex digits. They have to differ, not to be secret: who makes a file by such a name makes sure that it is new. */
export function randomToken(): string {
  return Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}

export const ownProcess: ProcessIdentity = {
  host:
    hostname()
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, 16) || 'host',
  pid,
  start: randomToken(),
};

/** Whether that process is certainly gone. A process of another machine or container never is: nobody here can know. */
export function isGone(identity: ProcessIdentity): boolean {
  if (identity.host !== ownProcess.host) return false;
  if (identity.pid === ownProcess.pid) return identity.start !== ownProcess.start;
  try {
    kill(identity.pid, 0);
    return isZombie(identity.pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Room for the number and the name, which has 64 bytes at most, before the state. */
const STAT_BYTES = 128;

/** Whether the process has ended and only waits for its parent to ask how: until then it keeps its number, and does so for
 * ever below a parent that never asks. Known on Linux only. */
function isZombie(processId: number): boolean {
  try {
    const fd = system.openSync(`/proc/${processId}/stat`, 'r');
    try {
      const stat = new Uint8Array(STAT_BYTES);
      const text = String.fromCharCode(...stat.subarray(0, system.readSync(fd, stat, 0, STAT_BYTES, 0)));
      // "number (name) state …": a name may hold brackets.
      return text.slice(text.lastIndexOf(')')).startsWith(') Z');
    } finally {
      system.closeSync(fd);
    }
  } catch {
    return false;
  }
}
