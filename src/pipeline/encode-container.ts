import { toZnnError, ZnnError } from '../errors.js';
import type { AtomicFile } from '../io/atomic-file.js';
import type { InputFile } from '../io/input-file.js';
import { writeFully } from '../io/positional.js';
import { containerHeader, planStoredPart } from '../plan/container-plan.js';
import type { CompressPlan, ContainerLayout, FileTask } from '../plan/types.js';
import type { CompressJob, CompressResult, JobHooks } from '../pool/protocol.js';
import { passHooks, type TaskContext } from './run.js';
import { sha256OfSource } from './sha256.js';
import { runTogether } from './together.js';

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
  const { outputs, storedOffset, endOffset } = parts;
  const checksum = runner.checksum.bind(runner);
  const header = containerHeader(layout, outputs, storedOffset, { sha256, checksum });
  if (header.length !== layout.reservedBytes) {
    throw new ZnnError('io', `safetensors header: ${header.length} bytes, room for ${layout.reservedBytes}`);
  }
  try {
    writeFully(output.fd, header, 0);
  } catch (error) {
    throw toZnnError(error, { file: output.targetPath });
  }
  output.setLength(endOffset);
  return endOffset;
}

interface EncodedParts {
  readonly outputs: Parameters<typeof containerHeader>[1];
  /** Where the tensors that stay as they are begin, and where they end. */
  readonly storedOffset: number;
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
  const outputs = [...outputsOf(plan.frames, encoded), ...outputsOf(stored.frames, copied)];
  return { outputs, storedOffset: stored.startOffset, endOffset: copied.encodedBytes };
}

function outputsOf(plans: CompressPlan['frames'], { frames }: CompressResult): EncodedParts['outputs'] {
  return frames.map((frame, i) => ({ frame, plan: plans[i] as (typeof plans)[number] }));
}

/** Hooks that count on from what is done already. */
function progressFrom(hooks: JobHooks, doneBytes: number): JobHooks {
  return { ...hooks, onProgress: (rawBytesDone) => hooks.onProgress?.(doneBytes + rawBytesDone) };
}
