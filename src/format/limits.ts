import { ZnnError } from '../errors.js';
import { sumText } from './frame/u64.js';
import { FRAMES_MAX } from './frame-index/fields.js';
import { MODEL_INDEX_MAX_BYTES } from './model/model-index.js';
import {
  type HeaderLimits,
  SAFETENSORS_JSON_MAX_BYTES,
  SAFETENSORS_TENSORS_MAX,
  type SafetensorsReading,
} from './safetensors/header.js';

/** How much a file may make a run take. Each is compared before anything is taken. */
export interface Limits extends HeaderLimits {
  /** Bytes of one restored file. */
  readonly rawBytes: number;
  /** Restored bytes for each byte of the compressed file. */
  readonly expansion: number;
  /** Frames of one file. */
  readonly frames: number;
  /** Bytes of a model's `index.json`. */
  readonly indexBytes: number;
}

/** What holds unless a run is told otherwise. No file expands by more than 13,108 times, as the format is. */
export const DEFAULT_LIMITS: Limits = {
  rawBytes: 2 ** 46,
  expansion: 2 ** 14,
  frames: FRAMES_MAX,
  headerBytes: SAFETENSORS_JSON_MAX_BYTES,
  tensors: SAFETENSORS_TENSORS_MAX,
  indexBytes: MODEL_INDEX_MAX_BYTES,
};

/** Up to where a limit may be raised: what lies beyond is not decoded at all. */
export const HIGHEST_LIMITS: Limits = {
  rawBytes: Number.MAX_SAFE_INTEGER,
  expansion: Number.MAX_SAFE_INTEGER,
  frames: FRAMES_MAX,
  headerBytes: SAFETENSORS_JSON_MAX_BYTES,
  tensors: SAFETENSORS_TENSORS_MAX,
  indexBytes: MODEL_INDEX_MAX_BYTES,
};

/** @throws ZnnError `unsupported` when `found` is above the limit */
export function assertWithin<Name extends keyof Limits>(
  limits: Pick<Limits, Name>,
  name: Name,
  found: number,
): void {
  const allowed: number = limits[name];
  if (found > allowed) throw beyondLimit(`${sumText(found)} ${LIMIT_TITLES[name]}, allowed are ${allowed}`);
}

/** A header that a limit keeps from being read.
 * @throws ZnnError `unsupported` */
export function assertHeaderWithin(reading: SafetensorsReading): void {
  if (reading.isCanonical || !reading.isBeyondLimit) return;
  throw beyondLimit(`safetensors header: ${reading.reason}`);
}

/** Whether a file was refused for what it would take: nothing need be wrong with it. */
export function isBeyondLimit({ code, message }: ZnnError): boolean {
  return code === 'unsupported' && message.startsWith(PREFIX);
}

function beyondLimit(what: string): ZnnError {
  return new ZnnError('unsupported', PREFIX + what);
}

const PREFIX = 'limit: ';

const LIMIT_TITLES: Readonly<Record<keyof Limits, string>> = {
  rawBytes: 'restored bytes',
  expansion: 'restored bytes for each byte',
  frames: 'frames',
  headerBytes: 'bytes of safetensors header',
  tensors: 'tensors',
  indexBytes: 'bytes of model index',
};
