import type { ByteSource } from '../../sources/byte-source.js';

/** Vocabularies of 250,000 words take 10 MB. What is larger is not looked through. */
const HEADER_MAX_BYTES = 1 << 26;
const WINDOW_BYTES = 1 << 16;

/** Thrown where a header goes beyond its file. */
export const CUT = Symbol('cut');
/** Thrown where it says what its reader does not know. */
export const UNKNOWN = Symbol('unknown');

/** Reads the header of a GGUF file forwards, a window at a time. Its members throw CUT, UNKNOWN, or ZnnError `io`. */
export class GgufCursor {
  offset = 0;
  private window: DataView = new DataView(new ArrayBuffer(0));
  private windowStart = 0;

  constructor(private readonly source: ByteSource) {}

  skip(bytes: number): void {
    this.offset += bytes;
    if (this.offset > this.source.sizeBytes) throw CUT;
    if (this.offset > HEADER_MAX_BYTES) throw UNKNOWN;
  }

  u32(): number {
    return this.at(4).getUint32(this.take(4), true);
  }

  u64(): number {
    const value = this.at(8).getBigUint64(this.take(8), true);
    // A count beyond that is no count.
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw UNKNOWN;
    return Number(value);
  }

  /** The string that is next if it has `wantedBytes` bytes, '' otherwise: keys are looked at, and words passed over. */
  text(wantedBytes: number): string {
    const bytes = this.u64();
    if (bytes !== wantedBytes) {
      this.skip(bytes);
      return '';
    }
    const view = this.at(bytes);
    const start = view.byteOffset + this.take(bytes);
    return new TextDecoder().decode(new Uint8Array(view.buffer, start, bytes));
  }

  private take(bytes: number): number {
    const at = this.offset - this.windowStart;
    this.skip(bytes);
    return at;
  }

  private at(bytes: number): DataView {
    const end = this.offset + bytes;
    if (end > this.source.sizeBytes) throw CUT;
    if (this.offset < this.windowStart || end > this.windowStart + this.window.byteLength) {
      this.windowStart = this.offset;
      const read = this.source.read(
        this.offset,
        Math.min(Math.max(bytes, WINDOW_BYTES), this.source.sizeBytes - this.offset),
      );
      this.window = new DataView(read.buffer, read.byteOffset, read.byteLength);
    }
    return this.window;
  }
}
