import type { ZnnError } from '../../errors.js';
import { printable } from './printable.js';

/** One line for people: `znn: FILE: tensor T, frame N, offset N: message`, with the parts of the place that are known. */
export function errorLine(error: ZnnError): string {
  const { file, tensor, frame, offset } = error.where;
  const place = [
    ...(tensor === undefined ? [] : [`tensor ${tensor}`]),
    ...(frame === undefined ? [] : [`frame ${frame}`]),
    ...(offset === undefined ? [] : [`offset ${offset}`]),
  ].join(', ');
  return printable(['znn', file, place, error.message].filter(Boolean).join(': '));
}

/** The same for programs: README.md, "JSON". */
export function errorFields({ code, message, where }: ZnnError): Record<string, unknown> {
  return { code, message, ...where };
}
