import type { FileTask } from '../../discover/tasks.js';
import { toZnnError } from '../../errors.js';
import type { InputFile } from '../../io/input-file.js';
import type { AtomicFile } from '../../io/outputs/atomic-file.js';
import { writeFully } from '../../io/positional.js';
import { type ContainerParts, containerHeader, planStoredPart } from '../../layout/encode/container-parts.js';
import type { CompressPlan, ContainerLayout } from '../../layout/plans.js';
import type { CompressJob, JobHooks } from '../../pool/job/protocol.js';
import { passHooks, type TaskContext } from '../context.js';
import { sha256OfSource } from '../inputs/sha256.js';
import { runTogether } from '../run-together.js';

/** Writes a `.znn.safetensors` file: the tensors that shrink, then the others as they are, then, in the room kept at the
 * front, the header that says where they stand. Gives the file's final size. */
export async function encodeContainerInto(
  output: AtomicFile,
  source: InputFile,
  plan: CompressPlan,
  task: FileTask,
  context: TaskContext,
): Promise<number> {
  const { options, runner } = context;
  const layout = plan.container as ContainerLayout;
  output.setLength(source.fileBytes);
  const job = {
    ...({ kind: 'compress', sourceFd: source.fd, hasFrameIndex: false } as const),
    ...{ targetFd: output.fd, targetPath: output.targetPath },
  };
  const [parts, sha256] = await runTogether(options.signal, [
    (signal) => encodeParts(job, plan, layout, { signal, task, context }),
    async (signal) => (options.sha256 ? sha256OfSource(source, signal) : undefined),
  ] as const);
  const checksum = runner.checksum.bind(runner);
  const header = containerHeader(layout, parts, { sha256, checksum });
  try {
    writeFully(output.fd, header, 0);
  } catch (error) {
    throw toZnnError(error, { file: output.targetPath });
  }
  output.setLength(parts.endOffset);
  return parts.endOffset;
}

interface EncodedParts extends ContainerParts {
  /** Where the container ends. */
  readonly endOffset: number;
}

async function encodeParts(
  job: Omit<CompressJob, 'frames' | 'targetOffset'>,
  plan: CompressPlan,
  layout: ContainerLayout,
  { signal, task, context }: { signal: AbortSignal; task: FileTask; context: TaskContext },
): Promise<EncodedParts> {
  const { options, runner } = context;
  const passCount = options.removeSources ? 2 : 1;
  const hooks = passHooks(task, options, plan.sourceBytes, 0, passCount);
  const encoded = await runner.compress(
    { ...job, frames: plan.frames, targetOffset: layout.reservedBytes },
    { ...hooks, signal },
  );
  const stored = planStoredPart(layout, encoded.frames, plan.frames, encoded.encodedBytes);
  const paddingBytes = stored.startOffset - encoded.encodedBytes;
  writeFully(job.targetFd, new Uint8Array(paddingBytes), encoded.encodedBytes);
  const keptBytes = encoded.frames.reduce(
    (sum, { encodedBytes, rawBytes }) => sum + (encodedBytes > 0 ? rawBytes : 0),
    0,
  );
  const copied = await runner.compress(
    { ...job, frames: stored.frames, targetOffset: stored.startOffset },
    { ...progressFrom(hooks, keptBytes), signal },
  );
  const { frames: plans } = plan;
  return { plans, encoded: encoded.frames, stored, copied: copied.frames, endOffset: copied.encodedBytes };
}

/** Hooks that count on from what is done already. */
function progressFrom(hooks: JobHooks, doneBytes: number): JobHooks {
  return { ...hooks, onProgress: (rawBytesDone) => hooks.onProgress?.(doneBytes + rawBytesDone) };
}
