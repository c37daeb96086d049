// Damaged and hostile files, each made from a good one by one change. Frozen in broken/.

import { blocks } from './blocks.js';
import { headerFields, lyingSizes } from './headers.js';
import { garbage, tables } from './tables.js';
import { truncations } from './truncated.js';
import type { BrokenCase } from './types.js';

export const BROKEN: readonly BrokenCase[] = [
  ...truncations(),
  ...headerFields(),
  ...lyingSizes(),
  ...tables(),
  ...garbage(),
  ...blocks(),
];
