import { ZnnError } from '../errors.js';
import { type Pointer, pointerIn, pointerText } from '../format/foreign/pointers.js';
import { lookInside } from '../io/look-inside.js';
import type { FileTask } from './tasks.js';

/** `skip` for a file that is compressed already, `refuse` where it only stands for one that may be. */
export function compressedTask(source: Pick<FileTask, 'sourcePath' | 'sourceBytes'>): FileTask {
  const pointer = pointerAt(source.sourcePath);
  return pointer === undefined
    ? { action: 'skip', ...source, reason: 'already compressed' }
    : { action: 'refuse', ...source, reason: pointerText(pointer) };
}

/** Asserts that neither a task's file nor its base only stands for a file that is elsewhere. What is copied may.
 * @throws ZnnError `unsupported` */
export function assertNoPointers({ action, sourcePath, basePath }: FileTask): void {
  if (action === 'copy' || action === 'skip') return;
  for (const file of [sourcePath, basePath]) {
    const pointer = file === undefined ? undefined : pointerAt(file);
    if (file !== undefined && pointer !== undefined)
      throw new ZnnError('unsupported', pointerText(pointer), { file });
  }
}

/** None where the file cannot be read. */
function pointerAt(filePath: string): Pointer | undefined {
  return lookInside(filePath, pointerIn);
}
