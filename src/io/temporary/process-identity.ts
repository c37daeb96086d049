import { kill, pid } from 'node:process';
import { system } from '../system.js';
import { hostOfProcesses } from './process-host.js';
import { randomToken } from './random-token.js';

// Temporary files carry the name of the process that writes them, so that a later run can tell a stale one from one
// that is being written. A process id alone does not identify a process: containers that share a volume count from 1
// each, and a container that restarts gives its first process the same number again.

/** Who writes a temporary file. */
export interface ProcessIdentity {
  /** Where its number counts: letters and digits. */
  readonly host: string;
  readonly pid: number;
  /** Random, new with every start of a process. */
  readonly start: string;
}

export const ownProcess: ProcessIdentity = { host: hostOfProcesses(), pid, start: randomToken() };

/** Whether process ids of that process and of this one count the same processes. */
export function isComparable({ host }: ProcessIdentity): boolean {
  return host === ownProcess.host;
}

/** Whether that process is certainly gone. One of another machine or container never is: nobody here can know. */
export function isGone(identity: ProcessIdentity): boolean {
  if (!isComparable(identity)) return false;
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
    // What is mounted there may count the processes of another container.
    if (system.readlinkSync('/proc/self') !== String(pid)) return false;
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
