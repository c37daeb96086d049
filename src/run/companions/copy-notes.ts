import path from 'node:path';
import type { FileTask } from '../../discover/tasks.js';
import { pointerIn, pointerText } from '../../format/foreign/pointers.js';
import type { ByteSource } from '../../sources/byte-source.js';
import type { TaskContext } from '../context.js';
import { looksLikeWeights } from './looks-like-weights.js';

/** Of less than this little would be gained. */
const LARGE_BYTES = 1 << 20;

/** What to know of a file that is copied as it is.
 * @throws ZnnError `io` */
export function copyNotes(source: ByteSource, task: FileTask, context: TaskContext): string[] {
  const pointer = pointerIn(source);
  if (pointer !== undefined) return [`copied as it is: ${pointerText(pointer)}`];
  const copied = `copied as it is, ${source.sizeBytes} bytes`;
  if (task.mayBeWeights === 'by-format' && source.sizeBytes >= LARGE_BYTES)
    return [`${copied}: only .safetensors files become .znn.safetensors; without --format it is compressed`];
  if (task.mayBeWeights !== 'by-name') return [];
  const why = looksLikeWeights(source, task, context);
  if (why === undefined) return [];
  const pattern = quoted(patternFor(task.sourcePath));
  return [`${copied}: ${why}; --include ${pattern} compresses it, beside patterns for the other weights`];
}

/** A glob for files of the same suffix; where there is none, for this one. */
function patternFor(filePath: string): string {
  const name = path.basename(filePath);
  const [, suffix] = /^.+(\.\w{1,16})$/.exec(name) ?? [];
  return suffix === undefined ? name.replace(/[\\*?[\]{}()!+@]/g, '\\$&') : `*${suffix}`;
}

function quoted(pattern: string): string {
  return `'${pattern.replaceAll("'", "'\\''")}'`;
}
