import path from 'node:path';
import { toZnnError, ZnnError } from '../errors.js';
import { assertHeaderWithin } from '../format/limits.js';
import { moveTensors } from '../format/model-index.js';
import { COMPRESSED_VECTORS_KEY, FORMAT_DEFAULT, FORMAT_KEY } from '../format/safetensors-container.js';
import { compressedVectorEntry } from '../format/safetensors-container-encode.js';
import { safetensorsNameOf } from '../format/safetensors-dtypes.js';
import { readSafetensorsHeader, type SafetensorsHeader } from '../format/safetensors-header.js';
import { safetensorsHeaderBytes } from '../format/safetensors-header-bytes.js';
import { AtomicFile } from '../io/atomic-file.js';
import { fileSource } from '../io/file-source.js';
import { makeFolder } from '../io/folders.js';
import { assertUnchanged, closeInput, type InputFile, openInput } from '../io/input-file.js';
import { writeFully } from '../io/positional.js';
import { system } from '../io/system.js';
import { findCompressedTensors } from '../plan/compressed-tensors.js';
import type { RepairTask } from './repair-plan.js';
import { forEachSlice } from './slices.js';
import type { RunOptions } from './types.js';

export type RepairOptions = Pick<RunOptions, 'limits' | 'signal'>;

/** Makes a new file without the defects of `checked`; the old one stays as it is.
 * @throws ZnnError `io`, also when something has the new name; `unsupported` beyond a limit; the signal's reason */
export async function repair(
  { checked, targetPath }: RepairTask,
  options: RepairOptions = {},
): Promise<void> {
  const source = openInput(checked.path);
  try {
    assertAbsent(targetPath);
    await makeFolder(path.dirname(targetPath), false);
    const output = new AtomicFile(targetPath);
    try {
      if (checked.checkedIndex !== undefined) {
        writeFully(output.fd, moveTensors(checked.checkedIndex.index, checked.checkedIndex.shardOf), 0);
      } else {
        await writeContainer(source, output, options);
      }
      assertUnchanged(source);
      await output.commit({
        isDurable: false,
        replacesExisting: false,
        like: source.stats,
        keepsOwnTime: true,
      });
    } finally {
      output.discard();
    }
  } catch (error) {
    throw toZnnError(error, { file: checked.path });
  } finally {
    closeInput(source);
  }
}

/** Before any work; the commit makes sure of it. */
function assertAbsent(targetPath: string): void {
  if (system.lstatSync(targetPath, { throwIfNoEntry: false }) === undefined) return;
  throw new ZnnError('io', 'already exists, and --repair replaces nothing', { file: targetPath });
}

/** The same tensors, byte for byte, behind a header whose list says what they are. */
async function writeContainer(
  source: InputFile,
  output: AtomicFile,
  { limits, signal }: RepairOptions,
): Promise<void> {
  // Read anew, and the file may have changed since it was checked.
  const reading = readSafetensorsHeader(fileSource(source), limits);
  assertHeaderWithin(reading);
  if (!reading.isCanonical) throw new ZnnError('corrupt', `safetensors header: ${reading.reason}`);
  const header = rebuiltHeader(source, reading.header);
  writeFully(output.fd, header, 0);
  const { headerBytes } = reading.header;
  await forEachSlice(source.fd, source.fileBytes, signal, (slice, offset) => {
    const skippedBytes = Math.max(0, headerBytes - offset);
    if (skippedBytes >= slice.byteLength) return;
    writeFully(output.fd, slice.subarray(skippedBytes), header.length + offset + skippedBytes - headerBytes);
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
  return safetensorsHeaderBytes(placed, rebuilt);
}
