import type { DtypeInfo, FileInfo, FileKind, LayoutInfo, TensorInfo } from '../../info/file-info.js';
import { renderColumns } from './columns.js';
import { printable } from './printable.js';
import { formatBytes, formatCount, formatRatio } from './units.js';

const KINDS: Readonly<Record<FileKind, string>> = {
  znn: 'compressed by znn: ZipNN frames and a frame index',
  zipnn: 'ZipNN frames without a frame index',
  safetensors: 'safetensors, not compressed',
  other: 'neither compressed nor safetensors',
};

/** Of safetensors files whose tensors are compressed one by one. */
const CONTAINER_KINDS: Readonly<Record<FileKind, string>> = {
  ...KINDS,
  znn: 'safetensors with compressed tensors, by znn',
  zipnn: 'safetensors with compressed tensors, by ZipNN',
};

/** What a person wants to see of a file, in sections.
 * @param tensorsShown how many tensors are listed at the most, largest first */
export function infoText(info: FileInfo, tensorsShown: number): string {
  const sections = [
    overview(info),
    ...(info.dtypes.length > 0 ? [dtypeTable(info.dtypes, info)] : []),
    ...(info.layouts.length > 0 ? [layoutTable(info.layouts)] : []),
    ...(info.tensors.length > 0 ? [tensorTable(info.tensors, info, tensorsShown)] : []),
    ...info.notes.map((note) => `note: ${printable(note)}`),
  ];
  return `${printable(info.path)}\n${indented(sections.join('\n\n'))}`;
}

function overview(info: FileInfo): string {
  const { kind, fileBytes, originalBytes, frames, sha256 } = info;
  const isCompressed = kind === 'znn' || kind === 'zipnn';
  const ratio = formatRatio(fileBytes, originalBytes);
  const chunkCount = frames.reduce((sum, frame) => sum + frame.chunkCount, 0);
  const lines: [label: string, text: string][] = [
    ['kind', info.format === 'safetensors' ? CONTAINER_KINDS[kind] : KINDS[kind]],
    ['original', exactBytes(originalBytes)],
    ...(isCompressed ? [['compressed', `${exactBytes(fileBytes)}, ${ratio}`] as [string, string]] : []),
    ...(isCompressed ? [['frames', framesText(frames.length, chunkCount)] as [string, string]] : []),
    ...(isCompressed ? [['checksums', checksumsText(info)] as [string, string]] : []),
    ...(info.base === undefined ? [] : [['base', baseText(info.base)] as [string, string]]),
    ...(sha256 === undefined ? [] : [['SHA-256', `${sha256} (original)`] as [string, string]]),
    ...(info.tensors.length > 0 ? [['tensors', String(info.tensors.length)] as [string, string]] : []),
  ];
  return lines.map(([label, text]) => `${label.padEnd(10)}  ${text}`).join('\n');
}

function baseText({ name, baseBytes, sha256 }: NonNullable<FileInfo['base']>): string {
  if (name === undefined) return `not named, ${exactBytes(baseBytes)}`;
  return `${name}, ${exactBytes(baseBytes)}, SHA-256 ${sha256}`;
}

function framesText(frameCount: number, chunkCount: number): string {
  return `${frameCount} (${formatCount(chunkCount, 'chunk')})`;
}

function checksumsText({ hasChecksums }: FileInfo): string {
  return hasChecksums ? 'XXH64 of every frame' : 'none: only the structure can be checked';
}

function dtypeTable(dtypes: readonly DtypeInfo[], info: FileInfo): string {
  const rows = dtypes.map((each) => [each.dtype, String(each.tensorCount), ...figuresOf(each, info)]);
  return renderColumns(['dtype', 'tensors', ...figureHead(info)], rows);
}

function tensorTable(tensors: readonly TensorInfo[], info: FileInfo, tensorsShown: number): string {
  const largest = tensors.toSorted((one, other) => other.originalBytes - one.originalBytes);
  const rows = largest
    .slice(0, tensorsShown)
    .map((each) => [each.name, each.dtype, `[${each.shape.join(', ')}]`, ...figuresOf(each, info)]);
  const hiddenCount = Math.max(0, tensors.length - tensorsShown);
  const table = renderColumns(['tensor', 'dtype', 'shape', ...figureHead(info)], rows, 3);
  return hiddenCount === 0
    ? table
    : `${table}\nand ${formatCount(hiddenCount, 'smaller tensor')}: -v shows all`;
}

/** One line for each plane of each way in which bytes became planes. */
function layoutTable(layouts: readonly LayoutInfo[]): string {
  const rows = layouts.flatMap((layout) =>
    layout.planes.map((plane, planeIndex) => [
      planeIndex === 0 ? layoutName(layout) : '',
      planeIndex === 0 ? String(layout.frameCount) : '',
      String(planeIndex),
      formatBytes(plane.rawBytes),
      formatBytes(plane.encodedBytes),
      formatRatio(plane.encodedBytes, plane.rawBytes),
      ...[plane.rawCount, plane.constantCount, plane.huffmanCount].map(String),
    ]),
  );
  const head = [
    'frames of',
    'frames',
    'plane',
    'original',
    'compressed',
    'ratio',
    'raw',
    'constant',
    'huffman',
  ];
  return renderColumns(head, rows);
}

/** 8-bit frames carry the code of an 8-bit float type whatever they hold. */
function layoutName({ dtypeName, rotated, planes }: LayoutInfo): string {
  if (planes.length === 1) return dtypeName === 'stored' ? 'stored as is' : 'bytes';
  return dtypeName === 'float32' && !rotated ? '32-bit words' : dtypeName;
}

const figureHead = (info: FileInfo) =>
  isPacked(info) ? ['original', 'share', 'compressed', 'ratio'] : ['original', 'share'];

function figuresOf(each: DtypeInfo | TensorInfo, info: FileInfo): string[] {
  const original = [formatBytes(each.originalBytes), formatRatio(each.originalBytes, info.originalBytes)];
  if (each.compressedBytes === undefined) return original;
  return [
    ...original,
    formatBytes(each.compressedBytes),
    formatRatio(each.compressedBytes, each.originalBytes),
  ];
}

function isPacked({ kind }: FileInfo): boolean {
  return kind === 'znn' || kind === 'zipnn';
}

function exactBytes(byteCount: number): string {
  return byteCount < 1000 ? formatBytes(byteCount) : `${formatBytes(byteCount)} (${byteCount} bytes)`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
