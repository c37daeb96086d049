import { ZnnError, type ZnnErrorCode } from '../../src/errors.js';

/** What `action` throws, as `code: message`; 'nothing' when it returns, and any other error is rethrown. */
export function faultOf(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof ZnnError) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
  return 'nothing';
}

/** The code of what `action` throws, by the same rules. */
export function codeOf(action: () => unknown): ZnnErrorCode | 'nothing' {
  return faultOf(action).split(':')[0] as ZnnErrorCode | 'nothing';
}
