import { type InputFile, isUnchanged } from '../../io/input-file.js';
import type { ExactFileStats } from '../../io/system.js';
import type { DecompressPlan } from '../../layout/plans.js';
import type { JobRunner } from '../../pool/job/protocol.js';
import type { RunOptions } from '../types.js';
import { planRestore } from './open-plan.js';

/** Frames of all plans that are kept, some 200 bytes each: 64 GiB in frames of 4 MiB. */
const KEPT_FRAMES_MAX = 1 << 14;

interface KeptPlan {
  readonly path: string;
  readonly stats: ExactFileStats;
  readonly plan: DecompressPlan;
}

/** The plans by which a run restores its files. The check of free space asks for them before the first file, and the restore
 * again: what was read then serves, as long as the file is what it was. */
export class RestorePlans {
  private readonly rawBytes = new Map<string, number>();
  private readonly kept = new Map<string, KeptPlan>();
  private keptFrames = 0;
  /** The first that is too large to be kept beside others, until it is asked for again: two of it would be twice as much. */
  private large: KeptPlan | undefined;

  constructor(
    private readonly runner: Pick<JobRunner, 'checksum'>,
    private readonly limits: RunOptions['limits'],
  ) {}

  /** The plan of `source`.
   * @throws ZnnError `truncated`, `corrupt`, `unsupported` or `io` */
  of(source: InputFile): DecompressPlan {
    const known = this.kept.get(source.path) ?? this.takeLarge(source.path);
    if (known !== undefined && isUnchanged(known.stats, source.stats)) return known.plan;
    const plan = planRestore(source, (bytes) => this.runner.checksum(bytes), this.limits);
    this.rawBytes.set(source.path, plan.rawBytes);
    this.keep({ path: source.path, stats: source.stats, plan });
    return plan;
  }

  /** What a file restores to, if this run has read that, even if the file is gone by now. */
  rawBytesOf(sourcePath: string): number | undefined {
    return this.rawBytes.get(sourcePath);
  }

  private takeLarge(path: string): KeptPlan | undefined {
    const { large } = this;
    if (large?.path !== path) return undefined;
    this.large = undefined;
    return large;
  }

  private keep(plan: KeptPlan): void {
    const { length } = plan.plan.frames;
    if (this.keptFrames + length <= KEPT_FRAMES_MAX) {
      this.kept.set(plan.path, plan);
      this.keptFrames += length;
    } else if (length > KEPT_FRAMES_MAX) this.large ??= plan;
  }
}
