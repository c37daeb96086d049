import type { FileTask } from '../../discover/tasks.js';
import { toZnnError, ZnnError } from '../../errors.js';
import { fileSource } from '../../io/file-source.js';
import type { InputFile } from '../../io/input-file.js';
import { planDecompression } from '../../layout/decode/decode-plan.js';
import { type Pass, passHooks, type TaskContext } from '../context.js';
import { decodeFile } from '../inputs/decode-file.js';

/** Reads a compressed file back, decodes it and compares it with what it was made of. Nothing of the run that wrote it
 * is believed: what the file says of itself must do.
 * @param pass for the progress that is told: what else the task does with the same bytes
 * @throws ZnnError when it is not `original`, bit for bit; `where.file` is the compressed one */
export async function assertDecodesTo(
  original: InputFile,
  compressed: Omit<InputFile, 'stats'>,
  task: FileTask,
  { options, runner, base }: TaskContext,
  ...pass: Pass
): Promise<void> {
  try {
    const plan = planDecompression(fileSource(compressed), (bytes) => runner.checksum(bytes), options.limits);
    if (plan.rawBytes !== original.fileBytes) {
      throw new ZnnError(
        'corrupt',
        `read back: ${plan.rawBytes} raw bytes, the source has ${original.fileBytes}`,
      );
    }
    const files = { sourceFd: compressed.fd, compareFd: original.fd, ...(base && { baseFd: base.fd }) };
    await decodeFile(plan, files, runner, passHooks(task, options, plan.rawBytes, ...pass));
  } catch (error) {
    options.signal?.throwIfAborted();
    throw toZnnError(error, { file: compressed.path });
  }
}
