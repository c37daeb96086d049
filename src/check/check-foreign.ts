import { type ForeignFile, foreignClaim, foreignFileIn } from '../format/foreign/foreign-files.js';
import { isSafetensorsName, isSidecarName, restoredPathOf } from '../format/model/file-names.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { FileCheck, Finding } from './findings.js';

/** A file that plainly is something else than its name says; `undefined` for any other.
 * @throws ZnnError `io` */
export function checkForeign(source: ByteSource, filePath: string): FileCheck | undefined {
  const foreign = foreignFileIn(source, filePath);
  if (foreign === undefined) return undefined;
  const kind = foreign.isDamage ? 'damaged' : 'other';
  return { path: filePath, kind, tensorCount: 0, findings: [findingOn(foreign, source, filePath)] };
}

function findingOn(foreign: ForeignFile, { sizeBytes }: ByteSource, filePath: string): Finding {
  const { advice, isDamage } = foreign;
  const message = foreignClaim(foreign, restoredPathOf(filePath) ? 'a compressed file' : 'weights');
  const finding = { message, advice, isRepairable: false } as const;
  const hasFormat = isSafetensorsName(filePath) || restoredPathOf(filePath) !== undefined;
  // A sidecar is what it is, and a file of any format may be one that is still to be written.
  if (isSidecarName(filePath) || (sizeBytes === 0 && !hasFormat))
    return { severity: 'remark', code: 'not-weights', ...finding };
  const code = isSafetensorsName(filePath) ? 'not-safetensors' : isDamage ? 'damaged' : 'not-weights';
  return { severity: 'defect', code, ...finding, ...(isDamage && { errorCode: 'truncated' }) };
}
