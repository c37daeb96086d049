// What both sides of the frame index share. docs/format.md, "Frame index".

/** The last bytes of a file that carries a frame index: "ZNNINDEX". */
export const INDEX_MAGIC = 'ZNNINDEX';
/** XXH64 of the document (8), its bytes (4), version of the trailer (4), magic (8). */
export const INDEX_TRAILER_BYTES = 24;
/** Offsets within the trailer. */
export const TRAILER_FIELD = { checksum: 0, documentBytes: 8, version: 12, magic: 16 } as const;
export const INDEX_TRAILER_VERSION = 1;
export const INDEX_DOCUMENT_VERSION = 1;
export const INDEX_HASH = 'xxh64';

/** Frames in one file, with or without an index: 4 TiB in frames of FRAME_RAW_BYTES, 1 TiB in those of the stock
 * encoder. It bounds the memory of a plan. */
export const FRAMES_MAX = 1 << 20;
/** A checksum takes 8 bytes, a SHA-256 32. */
export const CHECKSUM_BYTES = 8;
export const SHA256_BYTES = 32;
/** The longest msgpack form of one frame: an array head, four u64, a dtype code and a checksum, with their heads. */
const FRAME_ENTRY_MAX_BYTES = 1 + 4 * 9 + 2 + 2 + CHECKSUM_BYTES;
/** What surrounds the frames takes far less than this. */
const OTHER_FIELDS_MAX_BYTES = 8192;
export const INDEX_DOCUMENT_MAX_BYTES = FRAMES_MAX * FRAME_ENTRY_MAX_BYTES + OTHER_FIELDS_MAX_BYTES;

/** XXH64, seed 0, or whatever else an index will name. */
export type Checksum = (bytes: Uint8Array) => bigint;

export interface FrameIndexEntry {
  readonly frameOffset: number;
  /** Whole frame, header included. */
  readonly encodedBytes: number;
  readonly rawBytes: number;
  /** Byte 15 of the frame's header. */
  readonly dtypeCode: number;
  /** Of the frame's raw bytes. */
  readonly checksum: bigint;
  /** Where in the base the bytes are that the original's were XORed with; absent where they were not. */
  readonly baseOffset?: number;
}

/** The file that a delta file was made against. */
export interface BaseIdentity {
  readonly name: string;
  readonly baseBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface FrameIndex {
  /** Size of the file that was compressed. */
  readonly originalBytes: number;
  /** In file order, without the empty frame that holds the index. */
  readonly frames: readonly FrameIndexEntry[];
  /** SHA-256 of the file that was compressed, lower-case hex. */
  readonly sha256?: string;
  /** Present in a delta file. */
  readonly base?: BaseIdentity;
}

/** The fixed last bytes of an indexed file, with the position of what they describe. */
export interface FrameIndexTrailer {
  readonly documentBytes: number;
  readonly documentChecksum: bigint;
}
