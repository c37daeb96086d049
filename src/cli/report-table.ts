import Table from 'cli-table3';
import { printable } from './printable.js';
import { formatBytes, formatRatio, gigabytesPerSecondOf } from './units.js';

/** One line of the table: a file, or the total. */
export interface ReportRow {
  readonly name: string;
  /** Shown in place of the figures of a file that was not worked on. */
  readonly remark?: string;
  readonly originalBytes: number;
  readonly compressedBytes: number;
  readonly seconds: number;
  /** Bytes that the time was spent on, where they are not `originalBytes`. */
  readonly workedBytes?: number;
}

const HEAD = ['file', 'original', 'compressed', 'ratio', 'seconds', 'GB/s'];
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** The rows and their total as aligned text without colours, one line each. */
export function renderTable(rows: readonly ReportRow[], total: ReportRow): string {
  const table = new Table({
    head: HEAD,
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  table.push(...[...rows, total].map(cellsOf));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function cellsOf({
  name,
  remark,
  originalBytes,
  compressedBytes,
  seconds,
  workedBytes,
}: ReportRow): string[] {
  const shownName = printable(name);
  if (remark !== undefined) return [shownName, printable(remark), '', '', '', ''];
  const speed = gigabytesPerSecondOf(workedBytes ?? originalBytes, seconds);
  return [
    shownName,
    formatBytes(originalBytes),
    formatBytes(compressedBytes),
    formatRatio(compressedBytes, originalBytes),
    seconds.toFixed(2),
    speed?.toFixed(2) ?? '-',
  ];
}
