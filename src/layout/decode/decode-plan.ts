import { toZnnError, ZnnError } from '../../errors.js';
import { hasFrameMagic } from '../../format/foreign/compressed-start.js';
import type { DecodeFrame } from '../../format/frame/frames.js';
import type { DeltaKind } from '../../format/frame/header.js';
import type { Checksum, FrameIndexEntry } from '../../format/frame-index/fields.js';
import { assertWithin, DEFAULT_LIMITS, type Limits } from '../../format/limits.js';
import { hasSafetensorsStart } from '../../format/safetensors/header.js';
import type { ByteSource } from '../../sources/byte-source.js';
import type { DecompressPlan } from '../plans.js';
import { planContainerDecompression } from './container-decode-plan.js';
import { type FrameReading, readFrame } from './frame-reader.js';
import { type FoundIndex, findFrameIndex } from './index-reader.js';
import { otherFileError } from './other-file-error.js';

/** What the frames of a `.znn` or `.znn.safetensors` file are and where their raw bytes go. Reads headers, ends of tables and the frame index,
 * and checks each against the others; the payload is for the codec. Takes memory for the frames only, of which there may
 * be FRAMES_MAX.
 * @throws ZnnError `truncated`, `corrupt`, `unsupported` or `io`. */
export function planDecompression(
  source: ByteSource,
  checksum: Checksum,
  changedLimits: Partial<Limits> = {},
): DecompressPlan {
  const limits = { ...DEFAULT_LIMITS, ...changedLimits };
  const plan = hasSafetensorsStart(source)
    ? planContainerDecompression(source, checksum, limits)
    : planContainer(source, checksum, limits);
  assertWithin(limits, 'rawBytes', plan.rawBytes);
  assertWithin(limits, 'expansion', Math.ceil(plan.rawBytes / source.sizeBytes));
  assertWithin(limits, 'frames', plan.frames.length);
  return plan;
}

function planContainer(source: ByteSource, checksum: Checksum, limits: Limits): DecompressPlan {
  const first = readFirstFrame(source);
  const found = findFrameIndex(source, checksum);
  if (found !== undefined) {
    assertWithin(limits, 'frames', found.index.frames.length);
    return planByIndex(source, first, found);
  }
  if (first.header.promisesFrameIndex) throw indexMissing(source);
  return planByWalk(source, first, limits);
}

/** The index lists the frames; each must be what its header says, and together they must be the file. */
function planByIndex(
  source: ByteSource,
  first: FrameReading,
  { index, frameOffset: indexFrameOffset }: FoundIndex,
): DecompressPlan {
  const frames = new FrameList();
  for (const [i, entry] of index.frames.entries()) {
    if (entry.frameOffset !== frames.nextOffset || entry.frameOffset >= indexFrameOffset) {
      throw mismatch('frame offset', entry.frameOffset, frames.nextOffset).at({ frame: i });
    }
    const reading = i === 0 ? first : readFrameAt(source, entry.frameOffset, i);
    checkAgainstIndex(reading, entry, i);
    frames.add(reading, entry);
  }
  if (frames.nextOffset !== indexFrameOffset)
    throw mismatch('end of frames', frames.nextOffset, indexFrameOffset);
  if (index.originalBytes !== frames.rawBytes)
    throw mismatch('original bytes', index.originalBytes, frames.rawBytes);
  const { sha256, base } = index;
  if ((base === undefined) !== (frames.delta === 'none')) {
    throw new ZnnError(
      'corrupt',
      `frame index: its base and the frames' delta "${frames.delta}" contradict each other`,
    );
  }
  if (base !== undefined) frames.checkBase(base.baseBytes);
  return {
    ...{ kind: 'znn', ...frames.plan(source) },
    ...(sha256 !== undefined && { sha256 }),
    ...(base !== undefined && { base }),
  };
}

function checkAgainstIndex({ header }: FrameReading, entry: FrameIndexEntry, frame: number): void {
  for (const field of ['encodedBytes', 'rawBytes', 'dtypeCode'] as const) {
    if (entry[field] !== header[field]) throw mismatch(field, entry[field], header[field]).at({ frame });
  }
  if (entry.rawBytes === 0) throw new ZnnError('corrupt', 'frame index: a frame of 0 raw bytes', { frame });
}

/** Frame by frame, as the stock decoder does: only a first frame with the streaming bit is followed by others. */
function planByWalk(source: ByteSource, first: FrameReading, limits: Limits): DecompressPlan {
  const frames = new FrameList();
  frames.add(first);
  if (!first.header.isStreaming && frames.nextOffset < source.sizeBytes) {
    const extraBytes = source.sizeBytes - frames.nextOffset;
    throw new ZnnError('corrupt', `container: ${extraBytes} bytes follow a frame that is not streaming`, {
      offset: frames.nextOffset,
    });
  }
  for (let i = 1; frames.nextOffset < source.sizeBytes; i++) {
    assertWithin(limits, 'frames', i + 1);
    const reading = readFrameAt(source, frames.nextOffset, i);
    if (reading.header.promisesFrameIndex) throw indexMissing(source, i);
    frames.add(reading);
  }
  if (frames.delta === 'matched') {
    throw new ZnnError('corrupt', 'container: the frame index that delta "matched" needs is missing');
  }
  const plan = { kind: 'zipnn', ...frames.plan(source) } as const;
  return frames.delta === 'none' ? plan : { ...plan, base: { baseBytes: plan.rawBytes } };
}

function indexMissing({ sizeBytes }: ByteSource, frame?: number): ZnnError {
  const which = frame === undefined ? 'its first frame' : 'this frame';
  return new ZnnError(
    'truncated',
    `container: the file ends here, after ${sizeBytes} bytes, without the frame index that ${which} promises`,
    { offset: sizeBytes, ...(frame !== undefined && { frame }) },
  );
}

/** Where the file does not even begin like one of ours, what it is says more than that. */
function readFirstFrame(source: ByteSource): FrameReading {
  try {
    return readFrameAt(source, 0, 0);
  } catch (error) {
    throw (hasFrameMagic(source) ? undefined : otherFileError(source)) ?? error;
  }
}

function readFrameAt(source: ByteSource, offset: number, frame: number): FrameReading {
  try {
    return readFrame(source, offset);
  } catch (thrown) {
    throw toZnnError(thrown, { frame, offset });
  }
}

function mismatch(field: string, indexed: number, actual: number): ZnnError {
  return new ZnnError('corrupt', `frame index: ${field} ${indexed} is not ${actual}, which the frames give`);
}

/** Frames back to back from offset 0, their raw bytes likewise. */
class FrameList {
  nextOffset = 0;
  rawBytes = 0;
  /** The first frame's, and so of all. */
  delta: DeltaKind = 'none';
  private readonly frames: DecodeFrame[] = [];

  add({ header, payloadEnd }: FrameReading, entry?: FrameIndexEntry): void {
    const frameOffset = this.nextOffset;
    const place = { frame: this.frames.length, offset: frameOffset };
    if (frameOffset === 0) this.delta = header.delta;
    if (header.delta !== this.delta) {
      const message = `frame header: delta "${header.delta}" in a file of delta "${this.delta}"`;
      throw new ZnnError('corrupt', message, place);
    }
    this.nextOffset += header.encodedBytes;
    if (payloadEnd !== this.nextOffset) {
      const extraBytes = this.nextOffset - payloadEnd;
      throw new ZnnError('corrupt', `frame: ${extraBytes} bytes after its payload are no frame index`, place);
    }
    const rawOffset = this.rawBytes;
    this.rawBytes += header.rawBytes;
    if (!Number.isSafeInteger(this.rawBytes)) {
      throw new ZnnError('corrupt', `container: the raw bytes exceed ${Number.MAX_SAFE_INTEGER}`, place);
    }
    // An empty frame is legal and holds nothing to decode.
    if (header.rawBytes === 0) return;
    this.frames.push({
      planeCount: header.planeCount,
      rotated: header.rotated,
      frameOffset,
      encodedBytes: header.encodedBytes,
      headerBytes: header.headerBytes,
      rawOffset,
      rawBytes: header.rawBytes,
      chunkBytes: header.chunkBytes,
      dtypeName: header.dtypeName,
      ...(entry === undefined ? {} : { checksum: entry.checksum }),
      ...baseOffsetOf(this.delta, rawOffset, entry),
    });
  }

  /** Checks that frames name parts of the base only. */
  checkBase(baseBytes: number): void {
    for (const [frame, { baseOffset, rawBytes }] of this.frames.entries()) {
      if (baseOffset === undefined || baseOffset + rawBytes <= baseBytes) continue;
      throw new ZnnError(
        'corrupt',
        `frame index: base offset ${baseOffset} + ${rawBytes} exceeds ${baseBytes}`,
        { frame },
      );
    }
  }

  plan(source: ByteSource): Omit<DecompressPlan, 'kind'> {
    return { format: 'znn', sourceBytes: source.sizeBytes, rawBytes: this.rawBytes, frames: this.frames };
  }
}

/** ZipNN XORs whole files; in ours each frame says with what. */
function baseOffsetOf(
  delta: DeltaKind,
  rawOffset: number,
  entry: FrameIndexEntry | undefined,
): { readonly baseOffset?: number } {
  if (delta === 'none') return {};
  if (delta !== 'matched') return { baseOffset: rawOffset };
  return entry?.baseOffset === undefined ? {} : { baseOffset: entry.baseOffset };
}
