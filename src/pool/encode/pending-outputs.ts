// What one thread of a compress job has encoded and not written yet. Outputs stand in the target in the order of their units,
// so where one goes is known only when all before it are encoded. A thread that is too early does not wait: it keeps the
// output in one slot of memory and encodes its next unit into the other.

import { ENCODED, ENCODED_AHEAD } from '../../codec/memory.js';
import type { ZnnError } from '../../errors.js';
import { writevFully } from '../../io/positional.js';
import type { JobControl } from '../job/job-control.js';
import { naming } from '../job/naming.js';
import type { CompressJob } from '../job/protocol.js';
import type { Waiting } from '../job/steps.js';

const REGIONS = [ENCODED, ENCODED_AHEAD] as const;
export const OUTPUT_SLOTS = REGIONS.length;

/** A unit's part of the target. */
export interface Output {
  readonly unitIndex: number;
  readonly encodedBytes: number;
  /** Views of memory that stays as it is until the slot's next turn. */
  readonly parts: readonly Uint8Array[];
  /** Called once the output is written at `offset`. */
  onWritten(offset: number): void;
  /** What an error of writing it says besides. */
  nameError(thrown: unknown): ZnnError;
}

/** An output whose place is known. */
interface PlacedOutput extends Output {
  readonly offset: number;
}

export class PendingOutputs {
  private readonly unplaced: Output[] = [];
  private readonly placed: PlacedOutput[] = [];
  private addedCount = 0;

  constructor(
    private readonly job: CompressJob,
    private readonly control: JobControl,
  ) {}

  /** The slot that the next output has to itself until OUTPUT_SLOTS more are added. */
  get slot(): number {
    return this.addedCount % OUTPUT_SLOTS;
  }

  /** The slot's region of the kernels' memory. */
  get region(): number {
    return REGIONS[this.slot] ?? ENCODED;
  }

  /** Takes an output, in the order of units, and writes those whose turn it is unless another thread is writing; waits
   * only for a slot.
   * @throws ZnnError `io` */
  *add(output: Output): Waiting<void> {
    this.unplaced.push(output);
    this.addedCount++;
    while (this.unplaced[0] !== undefined && this.control.isTurn(this.unplaced[0].unitIndex))
      yield* this.placeFirst();
    while (this.unplaced.length + this.placed.length >= OUTPUT_SLOTS) yield* this.writeFirst();
    while (this.placed.length > 0 && this.tryWriteFirst());
  }

  /** Writes all, waiting for their turns.
   * @throws ZnnError `io` */
  *flush(): Waiting<void> {
    while (this.unplaced.length + this.placed.length > 0) yield* this.writeFirst();
  }

  private *placeFirst(): Waiting<void> {
    const first = this.unplaced.shift();
    if (first === undefined) return;
    const offset = yield* this.control.takeOffset(first.unitIndex, first.encodedBytes);
    if (offset !== undefined) this.placed.push({ ...first, offset });
  }

  private *writeFirst(): Waiting<void> {
    if (this.placed.length === 0) yield* this.placeFirst();
    const first = this.placed.shift();
    if (first !== undefined) yield* this.control.writeAlone(() => this.write(first));
  }

  private tryWriteFirst(): boolean {
    const [first] = this.placed;
    if (first === undefined || !this.control.tryWriteAlone(() => this.write(first))) return false;
    this.placed.shift();
    return true;
  }

  private write({ parts, offset, nameError, onWritten }: PlacedOutput): void {
    try {
      naming(this.job.targetPath, () => writevFully(this.job.targetFd, parts, offset));
    } catch (thrown) {
      throw nameError(thrown);
    }
    onWritten(offset);
  }
}
