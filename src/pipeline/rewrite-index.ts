import { ZnnError } from '../errors.js';
import {
  MODEL_INDEX_MAX_BYTES,
  type ModelIndex,
  parseModelIndex,
  renameShards,
} from '../format/model-index.js';
import { AtomicFile, type CommitOptions } from '../io/atomic-file.js';
import { fileSource } from '../io/file-source.js';
import { assertUnchanged, closeInput, describeKind, type InputFile, openInput } from '../io/input-file.js';
import { makeDurable } from '../io/make-durable.js';
import { writeFully } from '../io/positional.js';
import { type ExactFileStats, system } from '../io/system.js';
import { assertReplaceable, inspectTarget } from './existing-target.js';
import type { Outcome, TaskContext, WritingTask } from './run.js';
import { shardNamesAfter } from './shard-names-after.js';

/** Writes an index whose `weight_map` names the files as the run leaves them, every other byte kept. In place it replaces
 * the old one, durably, since an index is all that says which tensor is where.
 * @throws ZnnError `corrupt` when the file is no index or names what could do harm, `io` when the system fails */
export async function rewriteIndex(task: WritingTask, context: TaskContext): Promise<Outcome> {
  const { options } = context;
  const source = openInput(task.sourcePath);
  try {
    const index = readIndex(source);
    const { newNames, missingNames } = shardNamesAfter(index.shardNames, task, context);
    const rewritten = renameShards(index, newNames);
    const notes = missingNames.map((name) => `names ${name}, which is not there`);
    const existing = existingIndex(task, source);
    if (existing !== undefined && isContentOf(task.targetPath, rewritten)) {
      if (options.removeSources) await makeDurable(task.targetPath);
      return { status: 'up-to-date', notes };
    }
    const isInPlace = task.targetPath === task.sourcePath;
    if (existing !== undefined && !isInPlace) assertReplaceable(task.targetPath, existing, options.force);
    assertUnchanged(source);
    await writeIndex(task.targetPath, rewritten, {
      isDurable: options.fsync || options.removeSources || existing !== undefined,
      replacesExisting: existing !== undefined,
      like: source.stats,
      keepsOwnTime: isInPlace,
    });
    return { status: 'done', notes };
  } finally {
    closeInput(source);
  }
}

function readIndex(source: InputFile): ModelIndex {
  if (source.fileBytes > MODEL_INDEX_MAX_BYTES) {
    throw new ZnnError(
      'unsupported',
      `model index: ${source.fileBytes} bytes exceeds ${MODEL_INDEX_MAX_BYTES}`,
    );
  }
  return parseModelIndex(fileSource(source).read(0, source.fileBytes));
}

/** What stands where the rewritten index is to go. In place that is the index itself, unless it is a link: what a link
 * leads to may have other readers, and is never replaced. */
function existingIndex(task: WritingTask, source: InputFile): ExactFileStats | undefined {
  if (task.targetPath !== task.sourcePath) return inspectTarget(task.targetPath, source);
  const itself = system.lstatSync(task.targetPath, { bigint: true });
  if (itself.isFile()) return itself;
  const message = `model index: is ${describeKind(itself)}, which is never replaced; write elsewhere with -o`;
  throw new ZnnError('io', message, { file: task.targetPath });
}

function isContentOf(filePath: string, content: Uint8Array): boolean {
  const input = openInput(filePath);
  try {
    if (input.fileBytes !== content.byteLength) return false;
    return Buffer.compare(fileSource(input).read(0, input.fileBytes), content) === 0;
  } finally {
    closeInput(input);
  }
}

async function writeIndex(targetPath: string, content: Uint8Array, options: CommitOptions): Promise<void> {
  const output = new AtomicFile(targetPath);
  try {
    writeFully(output.fd, content, 0);
    await output.commit(options);
  } finally {
    output.discard();
  }
}
