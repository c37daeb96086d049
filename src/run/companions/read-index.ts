import { foreignError, foreignFileIn } from '../../format/foreign/foreign-files.js';
import { assertNoPointer } from '../../format/foreign/pointers.js';
import { assertWithin, DEFAULT_LIMITS, type Limits } from '../../format/limits.js';
import { type ModelIndex, parseModelIndex } from '../../format/model/model-index.js';
import { fileSource } from '../../io/file-source.js';
import type { InputFile } from '../../io/input-file.js';

/** @throws ZnnError `corrupt` when the file is no index or names what could do harm, `unsupported` beyond a limit or for a
 * pointer or another file, `io` */
export function readIndex(source: InputFile, limits?: Partial<Limits>): ModelIndex {
  assertWithin({ ...DEFAULT_LIMITS, ...limits }, 'indexBytes', source.fileBytes);
  const bytes = fileSource(source);
  assertNoPointer(bytes);
  try {
    return parseModelIndex(bytes.read(0, source.fileBytes));
  } catch (error) {
    const foreign = foreignFileIn(bytes, '');
    throw foreign === undefined ? error : foreignError(foreign, 'an index');
  }
}
