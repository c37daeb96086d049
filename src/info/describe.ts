import { toZnnError, ZnnError } from '../errors.js';
import { COMPRESSED_VECTORS_KEY } from '../format/container/keys.js';
import { hasFrameMagic } from '../format/foreign/compressed-start.js';
import { foreignFileIn, foreignText } from '../format/foreign/foreign-files.js';
import { assertNoPointer } from '../format/foreign/pointers.js';
import type { DecodeFrame } from '../format/frame/frames.js';
import { chunkCountOf } from '../format/frame/geometry.js';
import type { Limits } from '../format/limits.js';
import { restoredPathOf } from '../format/model/file-names.js';
import { readSafetensorsHeader, type SafetensorsReading } from '../format/safetensors/header.js';
import { fileSource } from '../io/file-source.js';
import { closeInput, type InputFile, openInput } from '../io/input-file.js';
import { planDecompression } from '../layout/decode/decode-plan.js';
import type { DecompressPlan } from '../layout/plans.js';
import type { JobRunner } from '../pool/job/protocol.js';
import { decodeFileInOrder } from '../run/inputs/decode-file.js';
import type { ByteSource } from '../sources/byte-source.js';
import type { FileInfo, FrameInfo, LayoutInfo, PlaneInfo } from './file-info.js';
import { countStreams } from './plane-counts.js';
import { sumByDtype, tensorShares } from './tensor-shares.js';

type Decoding = Pick<JobRunner, 'checksum' | 'decodeInOrder'>;

/** What a file is and holds. Reads headers and tables, and decodes the header of a compressed safetensors file; whether
 * the rest decodes is for `verify`.
 * @throws ZnnError `io`; `unsupported` for a pointer; `corrupt`, `truncated` or `unsupported` for a file named `.znn` that is
 * none */
export function describeFile(filePath: string, runner: Decoding, limits: Partial<Limits> = {}): FileInfo {
  const input = openInput(filePath);
  try {
    assertNoPointer(fileSource(input));
    const plan = findPlan(input, runner, limits);
    return plan === undefined
      ? describePlain(input, limits)
      : describeCompressed(input, plan, runner, limits);
  } catch (error) {
    throw toZnnError(error, { file: filePath });
  } finally {
    closeInput(input);
  }
}

/** The frames, if the file has any. A file of another name that only begins like one is something else. */
function findPlan(input: InputFile, runner: Decoding, limits: Partial<Limits>): DecompressPlan | undefined {
  const isNamedCompressed = restoredPathOf(input.path) !== undefined;
  const source = fileSource(input);
  if (!isNamedCompressed && !hasFrameMagic(source) && !isContainer(source, limits)) return undefined;
  try {
    return planDecompression(source, (bytes) => runner.checksum(bytes), limits);
  } catch (error) {
    if (isNamedCompressed || (error instanceof ZnnError && error.code === 'io')) throw error;
    return undefined;
  }
}

function describePlain(input: InputFile, limits: Partial<Limits>): FileInfo {
  const reading = readSafetensorsHeader(fileSource(input), limits);
  return {
    path: input.path,
    kind: reading.isCanonical ? 'safetensors' : 'other',
    fileBytes: input.fileBytes,
    originalBytes: input.fileBytes,
    hasChecksums: false,
    frames: [],
    layouts: [],
    ...describeTensors(reading, undefined),
    notes: reading.isCanonical ? [] : notesOnOther(reading, input),
  };
}

function describeCompressed(
  input: InputFile,
  plan: DecompressPlan,
  runner: Decoding,
  limits: Partial<Limits>,
): FileInfo {
  const { frames, sha256, base } = plan;
  // The header of a delta file of ZipNN's is nothing without the base.
  const reading =
    frames[0]?.baseOffset === undefined
      ? readSafetensorsHeader(contentSource(input, plan, runner), limits)
      : undefined;
  return {
    path: input.path,
    kind: plan.kind,
    format: plan.format,
    fileBytes: input.fileBytes,
    originalBytes: plan.rawBytes,
    hasChecksums: plan.kind === 'znn',
    ...(base !== undefined && { base }),
    ...(sha256 !== undefined && { sha256 }),
    frames: frames.map(describeFrame),
    layouts: sumByLayout(fileSource(input), frames),
    ...describeTensors(reading, frames),
    notes: [
      ...(plan.note === undefined ? [] : [plan.note]),
      ...notesOn(reading, restoredPathOf(input.path) ?? input.path),
    ],
  };
}

/** The restored file's first bytes, decoded as far as they are asked for. */
function contentSource(input: InputFile, plan: DecompressPlan, runner: Decoding): ByteSource {
  return {
    sizeBytes: plan.rawBytes,
    read: (offset, lengthBytes) =>
      joinStart(decodeFileInOrder(plan, input.fd, runner), offset + lengthBytes).subarray(offset),
  };
}

function joinStart(pieces: Iterable<Uint8Array>, lengthBytes: number): Uint8Array {
  const start = new Uint8Array(lengthBytes);
  let filledBytes = 0;
  for (const piece of pieces) {
    start.set(piece.subarray(0, lengthBytes - filledBytes), filledBytes);
    filledBytes += piece.length;
    if (filledBytes >= lengthBytes) break;
  }
  return start;
}

function describeTensors(
  reading: SafetensorsReading | undefined,
  frames: readonly DecodeFrame[] | undefined,
): Pick<FileInfo, 'tensors' | 'dtypes'> {
  const tensors = reading?.isCanonical ? tensorShares(reading.header.tensors, frames) : [];
  return { tensors, dtypes: sumByDtype(tensors) };
}

function describeFrame(frame: DecodeFrame): FrameInfo {
  const { frameOffset, encodedBytes, rawOffset, rawBytes, chunkBytes, planeCount, rotated, dtypeName } =
    frame;
  return {
    ...{ frameOffset, encodedBytes, rawOffset, rawBytes, chunkBytes, planeCount, rotated, dtypeName },
    chunkCount: chunkCountOf(rawBytes, chunkBytes),
    ...(frame.checksum !== undefined && { checksum: frame.checksum.toString(16).padStart(16, '0') }),
  };
}

function sumByLayout(source: ByteSource, frames: readonly DecodeFrame[]): LayoutInfo[] {
  const sums = new Map<string, LayoutInfo>();
  for (const [frameIndex, frame] of frames.entries()) {
    const { dtypeName, rotated, rawBytes, encodedBytes } = frame;
    const key = `${dtypeName} ${rotated}`;
    const planes = streamsOf(source, frame, frameIndex);
    const sum = sums.get(key);
    sums.set(key, {
      dtypeName,
      rotated,
      frameCount: (sum?.frameCount ?? 0) + 1,
      chunkCount: (sum?.chunkCount ?? 0) + chunkCountOf(rawBytes, frame.chunkBytes),
      rawBytes: (sum?.rawBytes ?? 0) + rawBytes,
      encodedBytes: (sum?.encodedBytes ?? 0) + encodedBytes,
      planes: planes.map((plane, i) => addPlanes(plane, sum?.planes[i])),
    });
  }
  return [...sums.values()].sort((one, other) => other.rawBytes - one.rawBytes);
}

function streamsOf(source: ByteSource, frame: DecodeFrame, frameIndex: number): PlaneInfo[] {
  try {
    if (frame.isStored) return [storedPlane(frame)];
    return Array.from({ length: frame.planeCount }, (_, planeIndex) =>
      countStreams(source, frame, planeIndex),
    );
  } catch (error) {
    throw toZnnError(error, { frame: frameIndex, offset: frame.frameOffset });
  }
}

function storedPlane({ rawBytes, chunkBytes }: DecodeFrame): PlaneInfo {
  const rawCount = chunkCountOf(rawBytes, chunkBytes);
  return { rawBytes, encodedBytes: rawBytes, rawCount, constantCount: 0, huffmanCount: 0 };
}

function addPlanes(one: PlaneInfo, other: PlaneInfo | undefined): PlaneInfo {
  if (other === undefined) return one;
  return {
    rawBytes: one.rawBytes + other.rawBytes,
    encodedBytes: one.encodedBytes + other.encodedBytes,
    rawCount: one.rawCount + other.rawCount,
    constantCount: one.constantCount + other.constantCount,
    huffmanCount: one.huffmanCount + other.huffmanCount,
  };
}

/** That it is no safetensors file goes without saying where it is plainly something else. */
function notesOnOther(reading: SafetensorsReading, input: InputFile): string[] {
  const foreign = foreignFileIn(fileSource(input), input.path);
  if (foreign === undefined) return notesOn(reading, input.path);
  return [...(foreign.isDamage ? notesOn(reading, input.path) : []), foreignText(foreign, 'weights')];
}

function notesOn(reading: SafetensorsReading | undefined, originalPath: string): string[] {
  if (reading === undefined || reading.isCanonical || !originalPath.endsWith('.safetensors')) return [];
  return [`not a canonical safetensors file: ${reading.reason}`];
}

/** Whether some tensors of the safetensors file are compressed, whatever its name. */
function isContainer(source: ByteSource, limits: Partial<Limits>): boolean {
  const reading = readSafetensorsHeader(source, limits);
  return reading.isCanonical && reading.header.metadata?.has(COMPRESSED_VECTORS_KEY) === true;
}
