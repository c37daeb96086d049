// The grammar of JSON over the tokens of a JsonScanner, without recursion over what the document nests.

import { ZnnError } from '../../errors.js';
import type { JsonScanner, JsonTokenKind } from './scanner.js';

/** Deeper values are refused. The safetensors library has the same limit. */
export const JSON_DEPTH_MAX = 128;

/** Checks the kind of the current token. `what` is the value's name for the error. */
export function requireToken(scanner: JsonScanner, kind: JsonTokenKind, what: string): void {
  if (scanner.kind !== kind) throw scanner.unexpected(what);
}

/** Calls `visit` for each member of the object whose `{` is current, with the first token of the member's value current.
 * `visit` consumes the value, so that its last token is current. Afterwards the `}` is current.
 * @param takeWhole reads a member from the position behind the `{` or `,` before it in a quicker way, and returns where it
 *   ends, or undefined for a member that is to be visited
 * @throws ZnnError `corrupt`. */
export function forEachMember(
  scanner: JsonScanner,
  what: string,
  visit: (key: string) => void,
  takeWhole: (start: number) => number | undefined = () => undefined,
): void {
  requireToken(scanner, '{', what);
  for (let isFirst = true; ; isFirst = false) {
    const end = takeWhole(scanner.end);
    if (end === undefined) {
      if (scanner.next() === '}' && isFirst) return;
      visit(readKey(scanner));
    } else scanner.jumpTo(end);
    if (scanner.next() === '}') return;
    requireToken(scanner, ',', '"," or "}"');
  }
}

/** The same for the items of the array whose `[` is current. */
export function forEachItem(scanner: JsonScanner, what: string, visit: () => void): void {
  requireToken(scanner, '[', what);
  if (scanner.next() === ']') return;
  for (;;) {
    visit();
    if (scanner.next() === ']') return;
    requireToken(scanner, ',', '"," or "]"');
    scanner.next();
  }
}

/** Consumes the value whose first token is current, whatever it holds; its last token is current afterwards.
 * @throws ZnnError `corrupt`, also for a value nested more than JSON_DEPTH_MAX deep. */
export function skipValue(scanner: JsonScanner): void {
  /** What closes each container that is open. */
  const closers: ('}' | ']')[] = [];
  for (;;) {
    if (!enterContainer(scanner, closers) && !leaveContainers(scanner, closers)) return;
    if (closers.length > JSON_DEPTH_MAX) {
      throw new ZnnError('corrupt', `JSON: a value nests more than ${JSON_DEPTH_MAX} deep`);
    }
  }
}

/** Steps into the current value if it is a container with something in it: its first value is then current. */
function enterContainer(scanner: JsonScanner, closers: ('}' | ']')[]): boolean {
  if (scanner.kind === '{') {
    if (scanner.next() === '}') return false;
    readKey(scanner);
    closers.push('}');
    return true;
  }
  if (scanner.kind === '[') {
    if (scanner.next() === ']') return false;
    closers.push(']');
    return true;
  }
  if (scanner.kind === 'string') scanner.stringValue();
  else if (scanner.kind !== 'number' && scanner.kind !== 'literal') throw scanner.unexpected('a value');
  return false;
}

/** Steps from the end of a value to the next one, out of the containers that end here; false when all have. */
function leaveContainers(scanner: JsonScanner, closers: ('}' | ']')[]): boolean {
  while (closers.length > 0) {
    const closer = closers.at(-1);
    if (scanner.next() === closer) {
      closers.pop();
      continue;
    }
    requireToken(scanner, ',', `"," or "${closer}"`);
    scanner.next();
    if (closer === '}') readKey(scanner);
    return true;
  }
  return false;
}

/** The key that is current; the first token of its value is current afterwards. */
function readKey(scanner: JsonScanner): string {
  requireToken(scanner, 'string', 'a key');
  const key = scanner.stringValue();
  scanner.next();
  requireToken(scanner, ':', '":"');
  scanner.next();
  return key;
}
