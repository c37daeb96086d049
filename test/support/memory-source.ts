import { ZnnError } from '../../src/errors.js';
import type { ByteSource } from '../../src/sources/byte-source.js';

/** A source over `bytes` that keeps the contract of a file's, and counts what was asked of it. */
export interface MemorySource extends ByteSource {
  readonly reads: { count: number; bytes: number };
}

export function memorySource(bytes: Uint8Array): MemorySource {
  const reads = { count: 0, bytes: 0 };
  return {
    sizeBytes: bytes.length,
    reads,
    read(offset, lengthBytes) {
      if (offset < 0 || lengthBytes < 0 || offset + lengthBytes > bytes.length) {
        throw new ZnnError('truncated', `read of ${lengthBytes} bytes at ${offset} of ${bytes.length}`);
      }
      reads.count++;
      reads.bytes += lengthBytes;
      return bytes.slice(offset, offset + lengthBytes);
    },
  };
}

/** A source of `sizeBytes` whose bytes are 0 but for `parts`, each [offset, bytes]. */
export function sparseSource(
  sizeBytes: number,
  parts: readonly (readonly [number, Uint8Array])[],
): ByteSource {
  return {
    sizeBytes,
    read(offset, lengthBytes) {
      const result = new Uint8Array(lengthBytes);
      for (const [start, bytes] of parts) {
        const from = Math.max(start, offset);
        const to = Math.min(start + bytes.length, offset + lengthBytes);
        if (from < to) result.set(bytes.subarray(from - start, to - start), from - offset);
      }
      return result;
    },
  };
}
