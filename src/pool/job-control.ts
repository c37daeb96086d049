// The shared memory by which the threads of one job agree: who does what, what goes where, what is done.

import { ENCODINGS, type Encoding } from '../format/dtypes.js';
import type { EncodedFrame } from '../format/frames.js';
import type { Job } from './protocol.js';

// Int32 slots.
const NEXT_UNIT = 0;
const NEXT_TICKET = 1;
const ABORTED = 2;
const INT_SLOTS = 4;

// Int64 slots.
const NEXT_OFFSET = 0;
const DONE_BYTES = 1;
const LONG_SLOTS = 2;

// Int64 slots of each frame, for compression.
const FRAME_OFFSET = 0;
const ENCODED_BYTES = 1;
const CHECKSUM = 2;
const ENCODING = 3;
const FRAME_SLOTS = 4;

/** A thread that waits for its turn looks this often whether the job was aborted, should a wake-up be lost. */
const WAIT_MS = 100;

const ENCODING_NAMES = Object.keys(ENCODINGS) as Encoding[];

/** Views of one job's shared memory; each thread makes its own from the same buffer. */
export class JobControl {
  private readonly ints: Int32Array;
  private readonly longs: BigInt64Array;
  private readonly frames: BigInt64Array;

  constructor(readonly shared: SharedArrayBuffer) {
    this.ints = new Int32Array(shared, 0, INT_SLOTS);
    this.longs = new BigInt64Array(shared, INT_SLOTS * 4, LONG_SLOTS);
    this.frames = new BigInt64Array(shared, INT_SLOTS * 4 + LONG_SLOTS * 8);
  }

  static create(job: Job): JobControl {
    const frameSlots = job.kind === 'compress' ? job.frames.length * FRAME_SLOTS : 0;
    return new JobControl(new SharedArrayBuffer(INT_SLOTS * 4 + (LONG_SLOTS + frameSlots) * 8));
  }

  /** The next unit of work, each given out once; beyond the last unit when the job is aborted. */
  takeUnit(): number {
    return this.isAborted() ? Number.MAX_SAFE_INTEGER : Atomics.add(this.ints, NEXT_UNIT, 1);
  }

  /** Where frame `frameIndex` is to be written; waits until all earlier frames know their size.
   * Undefined when the job is aborted. */
  takeOffset(frameIndex: number, encodedBytes: number): number | undefined {
    for (;;) {
      if (this.isAborted()) return undefined;
      const ticket = Atomics.load(this.ints, NEXT_TICKET);
      if (ticket === frameIndex) break;
      Atomics.wait(this.ints, NEXT_TICKET, ticket, WAIT_MS);
    }
    const offset = Atomics.load(this.longs, NEXT_OFFSET);
    Atomics.store(this.longs, NEXT_OFFSET, offset + BigInt(encodedBytes));
    Atomics.store(this.ints, NEXT_TICKET, frameIndex + 1);
    Atomics.notify(this.ints, NEXT_TICKET);
    return Number(offset);
  }

  addDone(rawBytes: number): void {
    Atomics.add(this.longs, DONE_BYTES, BigInt(rawBytes));
  }

  doneBytes(): number {
    return Number(Atomics.load(this.longs, DONE_BYTES));
  }

  /** Tells all threads to stop after the unit at hand. */
  abort(): void {
    Atomics.store(this.ints, ABORTED, 1);
    Atomics.notify(this.ints, NEXT_TICKET);
  }

  isAborted(): boolean {
    return Atomics.load(this.ints, ABORTED) !== 0;
  }

  recordFrame(frameIndex: number, frame: Omit<EncodedFrame, 'rawBytes'>): void {
    const slot = frameIndex * FRAME_SLOTS;
    this.frames[slot + FRAME_OFFSET] = BigInt(frame.frameOffset);
    this.frames[slot + ENCODED_BYTES] = BigInt(frame.encodedBytes);
    this.frames[slot + CHECKSUM] = BigInt.asIntN(64, frame.checksum);
    this.frames[slot + ENCODING] = BigInt(ENCODING_NAMES.indexOf(frame.encoding));
  }

  /** What `recordFrame` was told; call when all threads are done. */
  recordedFrame(frameIndex: number): Omit<EncodedFrame, 'rawBytes'> {
    const slot = frameIndex * FRAME_SLOTS;
    const at = (field: number) => this.frames[slot + field] ?? 0n;
    return {
      frameOffset: Number(at(FRAME_OFFSET)),
      encodedBytes: Number(at(ENCODED_BYTES)),
      checksum: BigInt.asUintN(64, at(CHECKSUM)),
      encoding: ENCODING_NAMES[Number(at(ENCODING))] ?? 'bytes',
    };
  }

  encodedBytes(): number {
    return Number(Atomics.load(this.longs, NEXT_OFFSET));
  }
}
