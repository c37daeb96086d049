import { HIGHEST_LIMITS, type Limits } from '../../format/limits.js';
import { UsageError } from './usage-error.js';

/** Name on the command line → name in the program. */
const NAMES: Readonly<Record<string, keyof Limits>> = {
  'raw-bytes': 'rawBytes',
  expansion: 'expansion',
  frames: 'frames',
  'header-bytes': 'headerBytes',
  tensors: 'tensors',
  'index-bytes': 'indexBytes',
};

/** `NAME=NUMBER`, as often as one likes → limits.
 * @throws UsageError */
export function readLimits(values: readonly string[]): Partial<Limits> {
  return Object.fromEntries(values.map(readLimit));
}

function readLimit(value: string): [keyof Limits, number] {
  const [, title = '', digits = ''] = /^([a-z-]+)=(\d+)$/.exec(value) ?? [];
  const name = Object.hasOwn(NAMES, title) ? NAMES[title] : undefined;
  if (name === undefined) {
    throw new UsageError(
      `--limit: '${value}' is not NAME=NUMBER with one of ${Object.keys(NAMES).join(', ')}`,
    );
  }
  const limit = Number(digits);
  if (limit > HIGHEST_LIMITS[name]) {
    throw new UsageError(
      `--limit: ${title} ${digits} is above ${HIGHEST_LIMITS[name]}, the highest there is`,
    );
  }
  return [name, limit];
}
