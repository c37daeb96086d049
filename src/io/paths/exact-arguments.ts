import { closeInput, openInput } from '../input-file.js';
import { system } from '../system.js';
import { nameOfBytes, REPLACEMENT } from './path-bytes.js';

/** The longest command line that Linux takes by default: a quarter of a stack of 8 MiB, with room for larger ones. */
const COMMAND_LINE_MAX_BYTES = 1 << 24;

/** A process's arguments with names as `path-bytes.ts` has them. Node reads bytes that are no UTF-8 as U+FFFD; Linux still knows
 * them. Elsewhere, and where that fails, the arguments stay as they are. */
export function exactArguments(args: readonly string[]): string[] {
  if (!args.some((arg) => arg.includes(REPLACEMENT))) return [...args];
  try {
    const exact = namesIn(readCommandLine()).slice(-args.length);
    const lossy = new TextDecoder('utf-8', { ignoreBOM: true });
    const isSame = exact.every((bytes, i) => lossy.decode(bytes) === args[i]);
    return isSame && exact.length === args.length ? exact.map(nameOfBytes) : [...args];
  } catch {
    return [...args];
  }
}

/** Not by its size, which is 0 below /proc. */
function readCommandLine(): Uint8Array {
  const input = openInput('/proc/self/cmdline');
  try {
    const buffer = new Uint8Array(COMMAND_LINE_MAX_BYTES);
    let end = 0;
    for (let read = -1; read !== 0 && end < buffer.length; end += read)
      read = system.readSync(input.fd, buffer, end, buffer.length - end, end);
    return buffer.subarray(0, end);
  } finally {
    closeInput(input);
  }
}

/** Each argument ends with a 0. */
function namesIn(commandLine: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  let start = 0;
  for (let end = commandLine.indexOf(0); end >= 0; end = commandLine.indexOf(0, start)) {
    names.push(commandLine.subarray(start, end));
    start = end + 1;
  }
  return names;
}
