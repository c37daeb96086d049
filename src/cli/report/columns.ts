import Table from 'cli-table3';
import { printable } from './printable.js';

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows as aligned text without colours or lines. The first `leftCount` columns are names, the others figures. */
export function renderColumns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  leftCount = 1,
): string {
  const table = new Table({
    head: [...head],
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, i) => (i < leftCount ? 'left' : 'right')),
  });
  table.push(...rows.map((row) => row.map(printable)));
  const lines = table.toString().split('\n');
  return lines.map((line) => line.trimEnd()).join('\n');
}
