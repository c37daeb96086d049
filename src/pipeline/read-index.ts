import { assertWithin, DEFAULT_LIMITS, type Limits } from '../format/limits.js';
import { type ModelIndex, parseModelIndex } from '../format/model-index.js';
import { assertNoPointer } from '../format/pointers.js';
import { fileSource } from '../io/file-source.js';
import type { InputFile } from '../io/input-file.js';

/** @throws ZnnError `corrupt` when the file is no index or names what could do harm, `unsupported` beyond a limit or for a
 * pointer, `io` */
export function readIndex(source: InputFile, limits?: Partial<Limits>): ModelIndex {
  assertWithin({ ...DEFAULT_LIMITS, ...limits }, 'indexBytes', source.fileBytes);
  assertNoPointer(fileSource(source));
  return parseModelIndex(fileSource(source).read(0, source.fileBytes));
}
