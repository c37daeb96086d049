import { hostname } from 'node:os';
import { platform } from 'node:process';
import { system } from '../system.js';
import { eightHexDigits, randomToken } from './random-token.js';

const HOST_NAME_MAX = 16;
/** The id of a boot has 36 characters. */
const BOOT_ID_BYTES = 64;

/** Where numbers of processes count, as letters and digits: the machine's name and, on Linux, a token of its boot and of this PID
 * namespace. Containers may have one host name, and each then has a process 1; and after a boot all numbers are new. Where
 * Linux does not tell, the token is like no other: then nothing is known of any other process. */
export function hostOfProcesses(): string {
  const name = hostname()
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, HOST_NAME_MAX);
  return `${name || 'host'}${platform === 'linux' ? namespaceToken() : ''}`;
}

function namespaceToken(): string {
  try {
    return eightHexDigits(hashOf(`${bootId()} ${system.readlinkSync('/proc/self/ns/pid')}`));
  } catch {
    return randomToken();
  }
}

function bootId(): string {
  const fd = system.openSync('/proc/sys/kernel/random/boot_id', 'r');
  try {
    const bytes = Buffer.alloc(BOOT_ID_BYTES);
    const text = bytes.toString('latin1', 0, system.readSync(fd, bytes, 0, BOOT_ID_BYTES, 0)).trim();
    if (text === '') throw new Error('no boot id');
    return text;
  } finally {
    system.closeSync(fd);
  }
}

/** FNV-1a of 32 bits: quick, and one in four billion pairs of namespaces is taken for one. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'latin1')) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
