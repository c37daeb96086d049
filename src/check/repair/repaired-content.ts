import { ZnnError } from '../../errors.js';
import { compressedVectorEntry } from '../../format/container/index-encode.js';
import { COMPRESSED_VECTORS_KEY, FORMAT_DEFAULT, FORMAT_KEY } from '../../format/container/keys.js';
import { assertHeaderWithin } from '../../format/limits.js';
import { moveTensors } from '../../format/model/model-index.js';
import { safetensorsNameOf } from '../../format/safetensors/dtypes.js';
import { readSafetensorsHeader, type SafetensorsHeader } from '../../format/safetensors/header.js';
import { safetensorsHeaderBytes, safetensorsHeaderLength } from '../../format/safetensors/header-bytes.js';
import { fileSource } from '../../io/file-source.js';
import type { InputFile } from '../../io/input-file.js';
import { forEachSlice } from '../../io/slices.js';
import { findCompressedTensors } from '../../layout/decode/compressed-tensors.js';
import type { RefusalNotes } from '../../run/outputs/refusal-notes.js';
import type { RunOptions } from '../../run/types.js';
import type { CheckResult } from '../check.js';

export type RepairOptions = Pick<RunOptions, 'limits' | 'signal'> & { readonly refusalNotes?: RefusalNotes };

/** Takes the new file's bytes, which stand at `offset` in it. The buffer is the giver's. */
export type OnPiece = (piece: Uint8Array, offset: number) => void;

/** What `source` is without the defects that `checked` names, from start to end, piece by piece.
 * @throws ZnnError `io`; `unsupported` beyond a limit; the signal's reason */
export async function forEachRepairedPiece(
  source: InputFile,
  { checkedIndex }: Pick<CheckResult, 'checkedIndex'>,
  options: RepairOptions,
  onPiece: OnPiece,
): Promise<void> {
  if (checkedIndex === undefined) await forEachContainerPiece(source, options, onPiece);
  else onPiece(moveTensors(checkedIndex.index, checkedIndex.shardOf), 0);
}

/** The same tensors, byte for byte, behind a header whose list says what they are. */
async function forEachContainerPiece(
  source: InputFile,
  { limits, signal }: RepairOptions,
  onPiece: OnPiece,
): Promise<void> {
  // Read anew, and the file may have changed since it was checked.
  const reading = readSafetensorsHeader(fileSource(source), limits);
  assertHeaderWithin(reading);
  if (!reading.isCanonical) throw new ZnnError('corrupt', `safetensors header: ${reading.reason}`);
  const header = rebuiltHeader(source, reading.header);
  onPiece(header, 0);
  const { headerBytes } = reading.header;
  await forEachSlice(source.fd, source.fileBytes, signal, (slice, offset) => {
    const skippedBytes = Math.max(0, headerBytes - offset);
    if (skippedBytes >= slice.byteLength) return;
    onPiece(slice.subarray(skippedBytes), header.length + offset + skippedBytes - headerBytes);
  });
}

function rebuiltHeader(source: InputFile, { tensors, metadata, headerBytes }: SafetensorsHeader): Uint8Array {
  const found = findCompressedTensors(fileSource(source), tensors);
  const entries = [...found].map(([name, { dtypeName, shape = [] }]) =>
    compressedVectorEntry(name, safetensorsNameOf(dtypeName), shape),
  );
  const rebuilt = new Map(metadata);
  if (!rebuilt.has(FORMAT_KEY)) rebuilt.set(FORMAT_KEY, FORMAT_DEFAULT);
  rebuilt.set(COMPRESSED_VECTORS_KEY, `{${entries.join(', ')}}`);
  const placed = tensors.map(({ name, dtype, shape, fileStart, fileEnd }) => ({
    ...{ name, dtype, shape, dataStart: fileStart - headerBytes, dataEnd: fileEnd - headerBytes },
  }));
  return safetensorsHeaderBytes(placed, rebuilt, safetensorsHeaderLength(placed, rebuilt));
}
