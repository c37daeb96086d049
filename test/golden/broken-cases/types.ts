import type { ZnnErrorCode } from '../../../src/errors.js';

/** A file that must be refused, and with which code. */
export interface BrokenCase {
  readonly name: string;
  readonly how: string;
  readonly code: ZnnErrorCode;
  readonly file: Uint8Array;
}
