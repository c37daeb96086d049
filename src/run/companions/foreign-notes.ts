import { ZnnError } from '../../errors.js';
import { foreignError, foreignFileIn, foreignText } from '../../format/foreign/foreign-files.js';
import { fileSource } from '../../io/file-source.js';
import type { InputFile } from '../../io/input-file.js';
import type { CompressPlan } from '../../layout/plans.js';

/** The plan with a note on what the file is, if that is not what its name says. It is compressed all the same, and restored exactly.
 * @throws ZnnError `io` */
export function withForeignNote(plan: CompressPlan, source: InputFile): CompressPlan {
  if (plan.kind !== 'other') return plan;
  const foreign = foreignFileIn(fileSource(source), source.path);
  if (foreign === undefined) return plan;
  const text = foreignText(foreign, 'weights');
  return { ...plan, note: foreign.isDamage && plan.note !== undefined ? `${plan.note}; it ${text}` : text };
}

/** Why a file is no safetensors file, if it plainly is something else; `error` where nothing more is known.
 * @throws ZnnError `io` */
export function explained(error: unknown, source: InputFile): unknown {
  if (!(error instanceof ZnnError) || error.code !== 'unsupported') return error;
  const foreign = foreignFileIn(fileSource(source), source.path);
  if (foreign === undefined) return error;
  if (!foreign.isDamage) return foreignError(foreign, 'weights');
  return new ZnnError(error.code, `${error.message}; it ${foreignText(foreign, 'weights')}`);
}
