// Where frames begin and end. docs/format.md, "Frame boundaries". They depend on what is next to hand only, so that equal
// tensors give equal frames wherever they stand, and the same bytes always give the same file.

import { FRAME_RAW_BYTES } from '../../format/frame/constants.js';
import { ENCODINGS, type EncodingChoice, encodingOfSafetensorsDtype } from '../../format/frame/dtypes.js';
import type { FramePlan } from '../../format/frame/frames.js';
import type { SafetensorsHeader, SafetensorsTensor } from '../../format/safetensors/header.js';

/** A tensor of this size begins a frame of its own. */
export const LARGE_TENSOR_BYTES = 1 << 20;
/** Small neighbours of one dtype make frames of their own from this size on. It bounds the number of frames: no two
 * neighbouring frames of small tensors are both below it. */
export const SMALL_RUN_BYTES = 1 << 17;
const AUTO_ELEMENT_BYTES = 4;

/** A stretch of the file that wants one encoding. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly encoding: EncodingChoice;
}

/** Neighbours in the list of tensors, by their indices, half-open. Lists of their own would cost more than all else here when
 * there are 100,000. */
interface Neighbours {
  readonly from: number;
  readonly to: number;
}

/** Small neighbours of one dtype. */
interface SmallRun extends Stretch, Neighbours {}

/** The frames of a file of no known structure: of a fixed size, with a rest of less than an element apart. */
export function plainFrames(sourceBytes: number, encoding: EncodingChoice): FramePlan[] {
  return cutFrames({ start: 0, end: sourceBytes, encoding });
}

/** The frames of a canonical safetensors file: the header's, then the tensors' in data order. A `forced` encoding other
 * than `auto` goes for every tensor, whatever its dtype. */
export function safetensorsFrames(header: SafetensorsHeader, forced: EncodingChoice): FramePlan[] {
  const frames = cutFrames({ start: 0, end: header.headerBytes, encoding: 'bytes' });
  const encodingOf = (tensor: SafetensorsTensor) =>
    forced === 'auto' ? encodingOfSafetensorsDtype(tensor.dtype) : forced;
  const { tensors } = header;
  let from = 0;
  const flush = (to: number) => {
    for (const frame of smallFrames(tensors, { from, to }, encodingOf)) frames.push(frame);
    from = to + 1;
  };
  for (let i = 0; i < tensors.length; i++) {
    const tensor = tensors[i] as SafetensorsTensor;
    if (tensor.fileEnd - tensor.fileStart < LARGE_TENSOR_BYTES) continue;
    flush(i);
    const stretch = { start: tensor.fileStart, end: tensor.fileEnd, encoding: encodingOf(tensor) };
    for (const frame of cutFrames(stretch)) frames.push(frame);
  }
  flush(tensors.length);
  return frames;
}

/** Frames of FRAME_RAW_BYTES, and a shorter last one; a rest that is no whole element becomes a frame of bytes. */
function cutFrames({ start, end, encoding }: Stretch): FramePlan[] {
  const frames: FramePlan[] = [];
  const wholeEnd = end - ((end - start) % elementBytesOf(encoding));
  for (let rawOffset = start; rawOffset < wholeEnd; rawOffset += FRAME_RAW_BYTES) {
    frames.push({ rawOffset, rawBytes: Math.min(FRAME_RAW_BYTES, wholeEnd - rawOffset), encoding });
  }
  if (wholeEnd < end) frames.push({ rawOffset: wholeEnd, rawBytes: end - wholeEnd, encoding: 'bytes' });
  return frames;
}

/** The frames of neighbouring small tensors: a long enough run of one dtype has its own, what lies between shares. */
function smallFrames(
  tensors: readonly SafetensorsTensor[],
  neighbours: Neighbours,
  encodingOf: (tensor: SafetensorsTensor) => EncodingChoice,
): FramePlan[] {
  const frames: FramePlan[] = [];
  let shared: SmallRun[] = [];
  const flush = () => {
    frames.push(...packTensors(tensors, shared));
    shared = [];
  };
  for (const run of runsOfOneDtype(tensors, neighbours, encodingOf)) {
    if (run.end - run.start < SMALL_RUN_BYTES) {
      shared.push(run);
      continue;
    }
    flush();
    frames.push(...packTensors(tensors, [run]));
  }
  flush();
  return frames;
}

function runsOfOneDtype(
  tensors: readonly SafetensorsTensor[],
  { from, to }: Neighbours,
  encodingOf: (tensor: SafetensorsTensor) => EncodingChoice,
): SmallRun[] {
  const runs: SmallRun[] = [];
  let first: SafetensorsTensor | undefined;
  let runFrom = from;
  const flush = (runTo: number) => {
    if (first === undefined) return;
    const { fileEnd: end } = tensors[runTo - 1] as SafetensorsTensor;
    runs.push({ start: first.fileStart, end, encoding: encodingOf(first), from: runFrom, to: runTo });
  };
  for (let i = from; i < to; i++) {
    const tensor = tensors[i] as SafetensorsTensor;
    if (isEmpty(tensor) || tensor.dtype === first?.dtype) continue;
    flush(i);
    first = tensor;
    runFrom = i;
  }
  flush(to);
  return runs;
}

/** An empty tensor has no bytes that could want a dtype. */
function isEmpty({ fileStart, fileEnd }: SafetensorsTensor): boolean {
  return fileEnd === fileStart;
}

/** Frames that hold whole tensors, as many as fit, of neighbouring runs. */
function packTensors(tensors: readonly SafetensorsTensor[], runs: readonly SmallRun[]): FramePlan[] {
  const frames: FramePlan[] = [];
  let open: { start: number; end: number; encodings: Set<EncodingChoice> } | undefined;
  const flush = () => {
    if (open !== undefined) frames.push(frameOf(open.start, open.end, open.encodings));
    open = undefined;
  };
  for (const run of runs) {
    for (let i = run.from; i < run.to; i++) {
      const tensor = tensors[i] as SafetensorsTensor;
      if (isEmpty(tensor)) continue;
      if (open !== undefined && tensor.fileEnd - open.start > FRAME_RAW_BYTES) flush();
      open ??= { start: tensor.fileStart, end: tensor.fileEnd, encodings: new Set() };
      open.end = tensor.fileEnd;
      open.encodings.add(run.encoding);
    }
  }
  flush();
  return frames;
}

/** One frame for several tensors. Where they disagree a sample decides; where it would end within an element, bytes. */
function frameOf(start: number, end: number, encodings: ReadonlySet<EncodingChoice>): FramePlan {
  const [only] = encodings;
  const wanted = encodings.size === 1 && only !== undefined ? only : 'auto';
  const rawBytes = end - start;
  // The encoder's choice is among what divides the frame; a given encoding has no such choice.
  const encoding = wanted === 'auto' || rawBytes % elementBytesOf(wanted) === 0 ? wanted : 'bytes';
  return { rawOffset: start, rawBytes, encoding };
}

/** What a stretch is cut into whole multiples of. For `auto`, the widest element that the encoder may choose. */
function elementBytesOf(encoding: EncodingChoice): number {
  return encoding === 'auto' ? AUTO_ELEMENT_BYTES : ENCODINGS[encoding].planeCount;
}
