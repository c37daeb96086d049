// A setup file of vitest: `toEqual` and its relatives compare bytes as bytes.

import { expect } from 'vitest';

/** Whether both are equal, when both are bytes. Vitest's own way takes typed arrays element by element: 2 MB took 32 s. */
function areBytesEqual(one: unknown, other: unknown): boolean | undefined {
  if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) return undefined;
  return one.constructor === other.constructor && Buffer.compare(one, other) === 0;
}

expect.addEqualityTesters([areBytesEqual]);
