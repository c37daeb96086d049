import { ZnnError } from '../../errors.js';
import { mayBeCompressed } from '../../format/foreign/compressed-start.js';
import { isSidecarName, restoredPathOf } from '../../format/model/file-names.js';
import { fileSource } from '../../io/file-source.js';
import { closeInput, openInput } from '../../io/input-file.js';

/** Whether the file is a compressed one: by its name, unless that is a sidecar's, which says nothing of the file itself. Earlier
 * versions compressed sidecars too, so that there the content decides. */
export function isCompressedFile(filePath: string): boolean {
  if (restoredPathOf(filePath) === undefined) return false;
  return !isSidecarName(filePath) || beginsCompressed(filePath);
}

/** A file that cannot be read is copied, or left: then that fails, and says why. */
function beginsCompressed(filePath: string): boolean {
  try {
    const input = openInput(filePath);
    try {
      return mayBeCompressed(fileSource(input));
    } finally {
      closeInput(input);
    }
  } catch (error) {
    if (error instanceof ZnnError) return false;
    throw error;
  }
}
