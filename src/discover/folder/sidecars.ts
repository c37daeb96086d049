import { mayBeCompressed } from '../../format/foreign/compressed-start.js';
import { isSidecarName, restoredPathOf } from '../../format/model/file-names.js';
import { lookInside } from '../../io/look-inside.js';

/** Whether the file is a compressed one: by its name, unless that is a sidecar's, which says nothing of the file itself. Earlier
 * versions compressed sidecars too, so that there the content decides. */
export function isCompressedFile(filePath: string): boolean {
  if (restoredPathOf(filePath) === undefined) return false;
  return !isSidecarName(filePath) || beginsCompressed(filePath);
}

/** A file that cannot be read is copied, or left: then that fails, and says why. */
function beginsCompressed(filePath: string): boolean {
  return lookInside(filePath, mayBeCompressed) ?? false;
}
