import { ZnnError } from '../../errors.js';
import { readFully, writeFully } from '../../io/positional.js';
import { SLICE_BYTES } from '../../io/slices.js';
import type { DecompressPlan } from '../../layout/plans.js';
import type { DecompressJob, JobHooks, JobRunner } from '../../pool/job/protocol.js';

/** Decodes all that `plan` says into `targetFd` if it is given, and compares it with `compareFd` if that is.
 * @throws ZnnError `corrupt`, `truncated`, `unsupported` or `io`; the signal's reason */
export async function decodeFile(
  { prefix, frames }: DecompressPlan,
  files: Omit<DecompressJob, 'kind' | 'frames'>,
  runner: JobRunner,
  hooks: JobHooks,
): Promise<void> {
  if (prefix !== undefined && files.targetFd !== undefined) writeFully(files.targetFd, prefix, 0);
  if (prefix !== undefined && files.compareFd !== undefined) comparePrefix(prefix, files.compareFd);
  await runner.decompress({ kind: 'decompress', ...files, frames }, hooks);
}

/** What the plan restores, in order, piece by piece; on the calling thread. */
export function* decodeFileInOrder(
  { prefix, frames }: DecompressPlan,
  sourceFd: number,
  runner: Pick<JobRunner, 'decodeInOrder'>,
  baseFd?: number,
): Generator<Uint8Array> {
  if (prefix !== undefined) yield prefix;
  yield* runner.decodeInOrder(sourceFd, frames, baseFd);
}

function comparePrefix(prefix: Uint8Array, compareFd: number): void {
  for (let offset = 0; offset < prefix.length; offset += SLICE_BYTES) {
    const piece = prefix.subarray(offset, offset + SLICE_BYTES);
    const expected = new Uint8Array(piece.length);
    readFully(compareFd, expected, offset);
    if (Buffer.compare(piece, expected) !== 0) {
      throw new ZnnError('corrupt', `decoded bytes differ from the original's at or after byte ${offset}`);
    }
  }
}
