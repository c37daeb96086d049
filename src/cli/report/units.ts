// How figures are written for people. SI units: 1 GB is 10^9 bytes.

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const BYTES_PER_GIGABYTE = 1e9;

/** Three significant digits and a unit: `999 B`, `1.00 kB`, `70.3 MB`. */
export function formatBytes(byteCount: number): string {
  if (byteCount < 1000) return `${byteCount} B`;
  // Rounded first, so that 999,999 becomes 1.00 MB and not 1000 kB.
  let value = Number(byteCount.toPrecision(3));
  let unitIndex = 0;
  while (value >= 1000 && unitIndex < BYTE_UNITS.length - 1) {
    value /= 1000;
    unitIndex++;
  }
  const fractionDigits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(fractionDigits)} ${BYTE_UNITS[unitIndex]}`;
}

/** Compressed ÷ original in per cent; `undefined` for an empty original. */
export function ratioPercentOf(compressedBytes: number, originalBytes: number): number | undefined {
  return originalBytes === 0 ? undefined : (compressedBytes / originalBytes) * 100;
}

/** `66.52 %`, or `-` for an empty original. */
export function formatRatio(compressedBytes: number, originalBytes: number): string {
  const percent = ratioPercentOf(compressedBytes, originalBytes);
  return percent === undefined ? '-' : `${percent.toFixed(2)} %`;
}

/** GB/s, in bytes that are not compressed; `undefined` where no time passed. */
export function gigabytesPerSecondOf(originalBytes: number, seconds: number): number | undefined {
  return seconds > 0 ? originalBytes / BYTES_PER_GIGABYTE / seconds : undefined;
}

/** `1.25 GB/s`, or `-` where no time passed. */
export function formatSpeed(originalBytes: number, seconds: number): string {
  const speed = gigabytesPerSecondOf(originalBytes, seconds);
  return speed === undefined ? '-' : `${speed.toFixed(2)} GB/s`;
}

/** `0.05 s`. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(2)} s`;
}

/** What is left of a run: `5 s`, `1 min 05 s`, `2 h 03 min`; `-` for what is no number, as long as nothing is known. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const twoDigits = (count: number) => String(count).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${twoDigits(Math.floor((whole % 3600) / 60))} min`;
}

/** `1 file`, `2 files`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** To six decimals, for JSON, where `undefined` members do not appear. */
export function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1e6) / 1e6;
}
