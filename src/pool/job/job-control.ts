// The shared memory by which the threads of one job agree: who does what, what goes where, what is done.

import { MAX_PLANES } from '../../format/frame/constants.js';
import type { FramePlan } from '../../format/frame/frames.js';
import type { Job } from './protocol.js';
import { EncodeRecords } from './records.js';
import type { Waiting } from './steps.js';

// Int32 slots.
const NEXT_UNIT = 0;
const NEXT_TURN = 1;
const ABORTED = 2;
const WRITING = 3;
const INT_SLOTS = 4;

// Int64 slots.
const NEXT_OFFSET = 0;
const DONE_BYTES = 1;
const PLANE_BYTES = 2;
const LONG_SLOTS = PLANE_BYTES + MAX_PLANES;

const FIXED_BYTES = INT_SLOTS * 4 + LONG_SLOTS * 8;

/** Views of one job's shared memory; each thread makes its own from the same buffer. */
export class JobControl {
  /** Of a compress job: what becomes of its frames. */
  readonly records: EncodeRecords;
  private readonly ints: Int32Array;
  private readonly longs: BigInt64Array;
  private hasLeft = false;

  constructor(
    readonly shared: SharedArrayBuffer,
    job: Job,
  ) {
    this.ints = new Int32Array(shared, 0, INT_SLOTS);
    this.longs = new BigInt64Array(shared, INT_SLOTS * 4, LONG_SLOTS);
    this.records = new EncodeRecords(shared, FIXED_BYTES, framesToEncode(job));
  }

  static create(job: Job): JobControl {
    const shared = new SharedArrayBuffer(FIXED_BYTES + EncodeRecords.bytesFor(framesToEncode(job)));
    const control = new JobControl(shared, job);
    if (job.kind === 'compress') control.advance(job.targetOffset ?? 0);
    return control;
  }

  /** This thread takes no more units. */
  leave(): void {
    this.hasLeft = true;
  }

  /** The next unit of work, each given out once; beyond the last unit when the job is aborted, or for a thread that has left it. */
  takeUnit(): number {
    return this.hasLeft || this.isAborted() ? Number.MAX_SAFE_INTEGER : Atomics.add(this.ints, NEXT_UNIT, 1);
  }

  /** Waits until every unit before this one has had its turn; false when the job is aborted. During a turn no other
   * thread looks at offsets. */
  *takeTurn(unitIndex: number): Waiting<boolean> {
    for (;;) {
      if (this.isAborted()) return false;
      const turn = Atomics.load(this.ints, NEXT_TURN);
      if (turn === unitIndex) return true;
      yield { numbers: this.ints, slot: NEXT_TURN, value: turn };
    }
  }

  /** True where `takeTurn` would not wait. */
  isTurn(unitIndex: number): boolean {
    return Atomics.load(this.ints, NEXT_TURN) === unitIndex;
  }

  endTurn(unitIndex: number): void {
    Atomics.store(this.ints, NEXT_TURN, unitIndex + 1);
    Atomics.notify(this.ints, NEXT_TURN);
  }

  /** Does `write` while no other thread of the job does, or not at all when the job is aborted. File systems let one
   * thread at a time write to a file, in calls in turn, so threads that once met there would go on writing together and
   * computing together. Units written whole let one compute while another one writes. */
  *writeAlone(write: () => void): Waiting<void> {
    while (!this.tryWriteAlone(write)) {
      if (this.isAborted()) return;
      yield { numbers: this.ints, slot: WRITING, value: 1 };
    }
  }

  /** As `writeAlone`, but answers false, and does nothing, when another thread is writing. */
  tryWriteAlone(write: () => void): boolean {
    if (Atomics.compareExchange(this.ints, WRITING, 0, 1) !== 0) return false;
    try {
      write();
    } finally {
      Atomics.store(this.ints, WRITING, 0);
      Atomics.notify(this.ints, WRITING, 1);
    }
    return true;
  }

  /** Moves the end of the output on, and returns where it was. Only during a turn. */
  advance(outputBytes: number): number {
    return Number(Atomics.add(this.longs, NEXT_OFFSET, BigInt(outputBytes)));
  }

  /** A whole turn: where unit `unitIndex` is to be written. Undefined when the job is aborted. */
  *takeOffset(unitIndex: number, outputBytes: number): Waiting<number | undefined> {
    if (!(yield* this.takeTurn(unitIndex))) return undefined;
    const offset = this.advance(outputBytes);
    this.endTurn(unitIndex);
    return offset;
  }

  /** Bytes that the frame at hand has in a plane so far. Only during a turn, as are the two that follow. */
  planeBytes(planeIndex: number): number {
    return Number(this.longs[PLANE_BYTES + planeIndex] ?? 0n);
  }

  growPlane(planeIndex: number, bytes: number): void {
    this.longs[PLANE_BYTES + planeIndex] = BigInt(this.planeBytes(planeIndex) + bytes);
  }

  clearPlanes(): void {
    this.longs.fill(0n, PLANE_BYTES, PLANE_BYTES + MAX_PLANES);
  }

  /** Waits until `runCount` runs of a frame are written; false when the job is aborted. */
  *awaitWrittenRuns(frameIndex: number, runCount: number): Waiting<boolean> {
    while (!this.isAborted()) {
      const wait = this.records.waitForRuns(frameIndex, runCount);
      if (wait === undefined) return true;
      yield wait;
    }
    return false;
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
    Atomics.notify(this.ints, NEXT_TURN);
  }

  isAborted(): boolean {
    return Atomics.load(this.ints, ABORTED) !== 0;
  }

  /** Where the output ends. */
  encodedBytes(): number {
    return Number(Atomics.load(this.longs, NEXT_OFFSET));
  }
}

function framesToEncode(job: Job): readonly FramePlan[] {
  return job.kind === 'compress' ? job.frames : [];
}
