// The layout of a worker's wasm memory: fixed, so that a frame costs no allocation and no page is touched for the first
// time twice. Addresses are in bytes. A region's size is what its kernel asks for (checked in kernels.ts) plus slack.

import {
  CHUNK_TABLE_ENTRY_BYTES,
  FRAME_RAW_BYTES,
  HUFFMAN_BLOCK_MAX_BYTES,
  MAX_PLANES,
} from '../format/frame/constants.js';

const KIB = 1024;

/** Room for the raw bytes of a frame that is encoded. */
export const RUN_RAW_BYTES = FRAME_RAW_BYTES;
/** Most raw bytes that are decoded in one go. All of a frame of ours would be out of the caches before it is written; a quarter has
 * the threads wait for one another's writes too often (docs/performance.md). */
export const DECODE_RUN_BYTES = FRAME_RAW_BYTES / 2;
/** Most chunks that are decoded in one go: chunks of 1 KiB, the smallest seen, fill a run. */
export const RUN_CHUNKS = 4096;

/** Lanes are written in 8-byte stores, so each plane of a frame under construction needs this much behind it. */
const PLANE_SLACK_BYTES = 64;
const RUN_TABLES_MAX_BYTES = RUN_CHUNKS * MAX_PLANES * CHUNK_TABLE_ENTRY_BYTES;
/** A header with a shape of 255 dimensions of 8 bytes fits too. */
const HEADER_MAX_BYTES = 4 * KIB;

// The first KiB has only the kernels' own slot (kernels/kept.ts): a null pointer must not hit anything else.
export const CHECKSUM_STATE = 1 * KIB;
export const COUNTS = 2 * KIB;
export const LENGTHS = 3 * KIB;
/** A tree description, before its stream is known to pay: at most 129 bytes. */
export const TREE = 3 * KIB + 512;
export const CODES = 4 * KIB;
export const WORK = 8 * KIB;
const WORK_BYTES = 56 * KIB;
/** Scratch for each plane of one chunk. */
export const PLANES = 64 * KIB;
export const PLANE_STRIDE = HUFFMAN_BLOCK_MAX_BYTES + PLANE_SLACK_BYTES;
/** Pair indexes of one plane. */
export const PAIRS = 640 * KIB;
export const PAIR_CODES = 768 * KIB;
/** The lanes of one plane, before their size is known to be as expected. */
export const LANES_SCRATCH = 800 * KIB;
/** Raw bytes of a frame or run. */
export const RAW = 1024 * KIB;
/** A whole encoded frame, the planes of a frame under construction, or the tables of a frame and the planes of a run. */
export const ENCODED = RAW + RUN_RAW_BYTES + PLANE_SLACK_BYTES;
export const ENCODED_BYTES =
  HEADER_MAX_BYTES + RUN_TABLES_MAX_BYTES + RUN_RAW_BYTES + MAX_PLANES * PLANE_SLACK_BYTES;
/** The planes of a second frame under construction, while those of the first wait to be written. */
export const ENCODED_AHEAD = ENCODED + ENCODED_BYTES;
const ENCODED_AHEAD_BYTES = RUN_RAW_BYTES + MAX_PLANES * PLANE_SLACK_BYTES;
/** The decoder's tables, which outlive a block: no other kernel may have this memory. Each plane has its own, since it is a plane's
 * blocks that are alike. */
export const DECODE_WORK = ENCODED_AHEAD + ENCODED_AHEAD_BYTES;
const DECODE_WORK_BYTES = 64 * KIB;
export const MEMORY_BYTES = DECODE_WORK + MAX_PLANES * DECODE_WORK_BYTES;

/** What each kernel asks for, by the constant it exports, against the region that it gets. */
export const CODE_REGIONS = [
  { name: 'KEPT_END', regionBytes: CHECKSUM_STATE },
  { name: 'CHECKSUM_STATE_BYTES', regionBytes: COUNTS - CHECKSUM_STATE },
  { name: 'HISTOGRAM_BYTES', regionBytes: LENGTHS - COUNTS },
  { name: 'CODES_BYTES', regionBytes: WORK - CODES },
  { name: 'PAIR_CODES_BYTES', regionBytes: LANES_SCRATCH - PAIR_CODES },
  { name: 'LANES_MAX_BYTES', regionBytes: RAW - LANES_SCRATCH },
  { name: 'HISTOGRAM_WORK_BYTES', regionBytes: WORK_BYTES },
  { name: 'PAIR_HISTOGRAM_WORK_BYTES', regionBytes: WORK_BYTES },
  { name: 'CODE_WORK_BYTES', regionBytes: WORK_BYTES },
  { name: 'TREE_ENCODE_WORK_BYTES', regionBytes: WORK_BYTES },
  { name: 'HUFFMAN_DECODE_WORK_BYTES', regionBytes: DECODE_WORK_BYTES },
  { name: 'ENCODE_SLACK_BYTES', regionBytes: PLANE_SLACK_BYTES },
] as const;

/** Where the scratch of plane `planeIndex` starts. */
export function planeScratch(planeIndex: number): number {
  return PLANES + planeIndex * PLANE_STRIDE;
}

/** The decoder's tables for plane `planeIndex`. */
export function decodeWork(planeIndex: number): number {
  return DECODE_WORK + planeIndex * DECODE_WORK_BYTES;
}

/** Where plane `planeIndex` of a frame under construction at `region`, ENCODED or ENCODED_AHEAD, starts: room for its raw
 * bytes and the slack. */
export function encodedPlane(region: number, planeCount: number, planeIndex: number): number {
  return region + planeIndex * (RUN_RAW_BYTES / planeCount + PLANE_SLACK_BYTES);
}
