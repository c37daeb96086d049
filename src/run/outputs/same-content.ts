import type { FileTask } from '../../discover/tasks.js';
import { isAboutContent } from '../../errors.js';
import type { DecodeFrame } from '../../format/frame/frames.js';
import { hasSafetensorsStart, SAFETENSORS_LENGTH_BYTES } from '../../format/safetensors/header.js';
import { fileSource } from '../../io/file-source.js';
import type { InputFile } from '../../io/input-file.js';
import type { DecompressPlan } from '../../layout/plans.js';
import { passHooks, type TaskContext } from '../context.js';
import { decodeFile } from '../inputs/decode-file.js';

// Whether a compressed file and another one hold the same, whatever their times say: copies, clones and downloads set times as they
// like, and two versions may have one time.

/** Of a larger file a sample is compared. */
const WHOLE_MAX_BYTES = 1 << 26;
/** Frames of a sample: the first, the last, and 16 at equal distances between. */
const SAMPLE_FRAMES = 18;

/** Whether `original` is what the compressed file restores to. Up to 64 MiB every frame is decoded and compared, beyond that a sample;
 * with `checksum`, and before a source goes, every frame whatever the size.
 * @param compressedFd the file that `plan` is of
 * @throws ZnnError `corrupt` or `truncated` when the compressed file does not decode, `io`; the signal's reason */
export async function hasSameContent(
  plan: DecompressPlan,
  compressedFd: number,
  original: InputFile,
  task: FileTask,
  { options, runner, base }: TaskContext,
): Promise<boolean> {
  if (plan.rawBytes !== original.fileBytes) return false;
  const isWhole = options.checksum || options.removeSources || plan.rawBytes <= WHOLE_MAX_BYTES;
  const compared = isWhole ? plan : { ...plan, frames: sampleOf(plan, headerBytesOf(original)) };
  const hooks = passHooks(task, options, plan.rawBytes, 0, 1);
  const files = { sourceFd: compressedFd, ...(base && { baseFd: base.fd }) };
  try {
    await decodeFile(compared, { ...files, compareFd: original.fd }, runner, hooks);
    return true;
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    // Either file may be to blame. If it is the compressed one this throws, and says so.
    await decodeFile(compared, files, runner, hooks);
    return false;
  }
}

function sampleOf({ frames }: DecompressPlan, headerBytes: number): readonly DecodeFrame[] {
  const step = (frames.length - 1) / (SAMPLE_FRAMES - 1);
  const sample = new Set(Array.from({ length: SAMPLE_FRAMES }, (_, i) => Math.round(i * step)));
  return frames.filter(({ rawOffset }, i) => rawOffset < headerBytes || sample.has(i));
}

/** Where the header of a safetensors file ends: it says what everything else is, and is compared as a whole. */
function headerBytesOf(original: InputFile): number {
  const source = fileSource(original);
  if (!hasSafetensorsStart(source)) return 0;
  const length = source.read(0, SAFETENSORS_LENGTH_BYTES);
  const view = new DataView(length.buffer, length.byteOffset, length.byteLength);
  return SAFETENSORS_LENGTH_BYTES + Number(view.getBigUint64(0, true));
}
