import { toZnnError, ZnnError } from '../errors.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { InputFile } from './input-file.js';
import { readFully } from './positional.js';

/** An open file as a {@link ByteSource}; its size is what it was when it was opened. */
export function fileSource(input: Pick<InputFile, 'path' | 'fd' | 'fileBytes'>): ByteSource {
  return {
    sizeBytes: input.fileBytes,
    read(offset, lengthBytes) {
      if (offset + lengthBytes > input.fileBytes) {
        const message = `read: ${lengthBytes} bytes wanted, ${Math.max(input.fileBytes - offset, 0)} there`;
        throw new ZnnError('truncated', message, { file: input.path, offset });
      }
      // Most reads are of a few bytes, of each frame one: together in Node's pool they cost far less than a buffer each.
      const view = Buffer.allocUnsafe(lengthBytes);
      try {
        readFully(input.fd, view, offset);
      } catch (error) {
        throw toZnnError(error, { file: input.path });
      }
      return view;
    },
  };
}
