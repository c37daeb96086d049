import type { Encoding, EncodingChoice } from '../../format/frame/dtypes.js';
import { chunkCountOf } from '../../format/frame/geometry.js';
import {
  encodeFrameHeader,
  type FrameHeaderFields,
  frameHeaderBytes,
} from '../../format/frame/header-encode.js';
import type { Kernels } from '../kernels.js';
import { chooseEncoding } from './choose-encoding.js';
import { chunkBytesOf, encodeRun, type RunPlaces } from './encode-run.js';
import { encodeTables } from './encode-tables.js';

/** An encoded frame: `parts`, written one after the other, are its bytes. They are views of the kernels' memory, valid
 * until the next call. */
export interface FrameParts {
  readonly encoding: Encoding;
  readonly encodedBytes: number;
  /** XXH64 of the raw bytes. */
  readonly checksum: bigint;
  readonly parts: readonly Uint8Array[];
}

/** What a frame's header says besides. */
export type FrameMarks = Pick<FrameHeaderFields, 'shape' | 'dtypeCode' | 'delta'>;

/** Encodes `rawBytes` ≤ RUN_RAW_BYTES bytes as one frame of whole elements. For the choice `auto` they must all stand at RAW. */
export function encodeFrame(
  kernels: Kernels,
  rawBytes: number,
  choice: EncodingChoice,
  promisesFrameIndex: boolean,
  marks: FrameMarks = {},
  places?: RunPlaces,
): FrameParts {
  const encoding = choice === 'auto' ? chooseEncoding(kernels, rawBytes) : choice;
  const { checksum, planes, streams } = encodeRun(kernels, rawBytes, encoding, places);
  const tables = encodeTables(streams, chunkCountOf(rawBytes, chunkBytesOf(encoding)));
  const bodyBytes = planes.reduce((sum, plane) => sum + plane.length, tables.length);
  const encodedBytes = frameHeaderBytes(marks.shape) + bodyBytes;
  const header = encodeFrameHeader({ encoding, rawBytes, encodedBytes, promisesFrameIndex, ...marks });
  return { encoding, encodedBytes, checksum, parts: [header, tables, ...planes] };
}
