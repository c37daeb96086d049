import { ZnnError } from '../errors.js';
import type { ByteSource } from '../sources/byte-source.js';
import { fileSource } from './file-source.js';
import { closeInput, openInput } from './input-file.js';

/** What `look` finds in a file; `undefined` where the file cannot be read: that is for whoever needs its contents to say. */
export function lookInside<T>(filePath: string, look: (source: ByteSource) => T): T | undefined {
  try {
    const input = openInput(filePath);
    try {
      return look(fileSource(input));
    } finally {
      closeInput(input);
    }
  } catch (error) {
    if (error instanceof ZnnError) return undefined;
    throw error;
  }
}
