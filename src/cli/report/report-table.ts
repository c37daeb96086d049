import { renderColumns } from './columns.js';
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

/** The rows and their total as aligned text, one line each. */
export function renderTable(rows: readonly ReportRow[], total: ReportRow): string {
  return renderColumns(HEAD, [...rows, total].map(cellsOf));
}

function cellsOf(row: ReportRow): string[] {
  const { name, remark, originalBytes, compressedBytes, seconds, workedBytes = originalBytes } = row;
  if (remark !== undefined) return [name, remark, '', '', '', ''];
  return [
    name,
    formatBytes(originalBytes),
    formatBytes(compressedBytes),
    formatRatio(compressedBytes, originalBytes),
    seconds.toFixed(2),
    (workedBytes > 0 ? gigabytesPerSecondOf(workedBytes, seconds)?.toFixed(2) : undefined) ?? '-',
  ];
}
