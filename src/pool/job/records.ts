import type { EncodedStream } from '../../codec/encode/encode-plane.js';
import { ENCODINGS, type Encoding } from '../../format/frame/dtypes.js';
import type { EncodedFrame, FramePlan } from '../../format/frame/frames.js';
import type { Wait } from './steps.js';
import { type EncodeSlots, encodeSlotsOf } from './units.js';

// Int64 slots of each frame.
const FRAME_OFFSET = 0;
const ENCODED_BYTES = 1;
const ENCODING = 2;
const FRAME_SLOTS = 3;

/** A stream slot is the stream's bytes, with this bit for its type. */
const HUFFMAN_BIT = 1 << 30;

const ENCODING_NAMES = Object.keys(ENCODINGS) as Encoding[];

/** What the threads of a compress job tell of its frames, in shared memory; each thread makes its own views of it. */
export class EncodeRecords {
  private readonly slots: EncodeSlots;
  private readonly longs: BigInt64Array;
  private readonly streams: Int32Array;

  constructor(
    shared: SharedArrayBuffer,
    startByte: number,
    private readonly frames: readonly FramePlan[],
  ) {
    this.slots = encodeSlotsOf(frames);
    const longCount = longCountOf(frames, this.slots);
    this.longs = new BigInt64Array(shared, startByte, longCount);
    this.streams = new Int32Array(shared, startByte + longCount * 8, this.slots.streams.at(-1) ?? 0);
  }

  static bytesFor(frames: readonly FramePlan[]): number {
    const slots = encodeSlotsOf(frames);
    return longCountOf(frames, slots) * 8 + (slots.streams.at(-1) ?? 0) * 4;
  }

  setFrame(frameIndex: number, frameOffset: number, encodedBytes: number, encoding: Encoding): void {
    const slot = frameIndex * FRAME_SLOTS;
    this.longs[slot + FRAME_OFFSET] = BigInt(frameOffset);
    this.longs[slot + ENCODED_BYTES] = BigInt(encodedBytes);
    this.longs[slot + ENCODING] = BigInt(ENCODING_NAMES.indexOf(encoding));
  }

  setChecksum(frameIndex: number, runIndex: number, checksum: bigint): void {
    this.longs[this.checksumSlot(frameIndex) + runIndex] = BigInt.asIntN(64, checksum);
  }

  /** What the frame became; call when all threads are done. */
  frame(frameIndex: number): EncodedFrame {
    const slot = frameIndex * FRAME_SLOTS;
    const at = (index: number) => this.longs[index] ?? 0n;
    const { rawBytes = 0, tensor, isStored } = this.frames[frameIndex] ?? {};
    const frameOffset = Number(at(slot + FRAME_OFFSET));
    const encodedBytes = Number(at(slot + ENCODED_BYTES));
    const encoding = ENCODING_NAMES[Number(at(slot + ENCODING))] ?? 'bytes';
    const first = this.checksumSlot(frameIndex);
    const checksum = BigInt.asUintN(64, at(first));
    if (tensor === undefined && !isStored) return { frameOffset, encodedBytes, rawBytes, encoding, checksum };
    // A container has up to a million of these: one object each, and no list in between.
    const runChecksums = [checksum];
    const end = this.checksumSlot(frameIndex + 1);
    for (let index = first + 1; index < end; index++) runChecksums.push(BigInt.asUintN(64, at(index)));
    return { frameOffset, encodedBytes, rawBytes, encoding, checksum, runChecksums };
  }

  /** The streams of a run that begins with chunk `chunkStart` of the frame's `chunkCount`. */
  setStreams(
    frameIndex: number,
    chunkCount: number,
    chunkStart: number,
    streams: readonly (readonly EncodedStream[])[],
  ): void {
    for (const [planeIndex, planeStreams] of streams.entries()) {
      let slot = this.streamSlot(frameIndex) + planeIndex * chunkCount + chunkStart;
      for (const { type, bytes } of planeStreams) this.streams[slot++] = bytes | (type * HUFFMAN_BIT);
    }
  }

  /** The streams of one plane, of all runs. */
  *streamsOf(frameIndex: number, chunkCount: number, planeIndex: number): Generator<EncodedStream> {
    const start = this.streamSlot(frameIndex) + planeIndex * chunkCount;
    for (let slot = start; slot < start + chunkCount; slot++) {
      const value = this.streams[slot] ?? 0;
      yield { type: value & HUFFMAN_BIT ? 1 : 0, bytes: value & ~HUFFMAN_BIT };
    }
  }

  /** One run of a frame has been written to the target. */
  addWrittenRun(frameIndex: number): void {
    const slot = this.slots.streams[frameIndex] ?? 0;
    Atomics.add(this.streams, slot, 1);
    Atomics.notify(this.streams, slot);
  }

  /** What to wait for while fewer than `runCount` runs of the frame are written. */
  waitForRuns(frameIndex: number, runCount: number): Wait | undefined {
    const slot = this.slots.streams[frameIndex] ?? 0;
    const written = Atomics.load(this.streams, slot);
    return written === runCount ? undefined : { numbers: this.streams, slot, value: written };
  }

  private checksumSlot(frameIndex: number): number {
    return this.frames.length * FRAME_SLOTS + (this.slots.checksums[frameIndex] ?? 0);
  }

  /** The first slot of a frame counts its written runs. */
  private streamSlot(frameIndex: number): number {
    return (this.slots.streams[frameIndex] ?? 0) + 1;
  }
}

function longCountOf(frames: readonly FramePlan[], slots: EncodeSlots): number {
  return frames.length * FRAME_SLOTS + (slots.checksums.at(-1) ?? 0);
}
