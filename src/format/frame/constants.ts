// Numbers of the wire format, shared by TypeScript and AssemblyScript. Both compilers must read the same value from
// a line, so each is an unannotated `export const` of integer literals below 2^31 with + * << | only.

// --- Frame ---

/** Bytes of a frame header, before a possible shape. */
export const FRAME_HEADER_BYTES = 32;
/** Raw bytes of a chunk, as every official encoder writes it. */
export const CHUNK_BYTES = 1 << 18;
/** For one plane the chunk is clamped to this, since no Huffman block may hold more. */
export const HUFFMAN_BLOCK_MAX_BYTES = 1 << 17;
/** Bytes of the table entry of one chunk in one plane: a type byte and a u64 cumulative size. */
export const CHUNK_TABLE_ENTRY_BYTES = 9;
/** Raw bytes of the frames that znn writes. Any size decodes; this one keeps a worker's frame, both ways, in cache reach
 * and its reads and writes at the 1–4 MiB that the page cache likes best. */
export const FRAME_RAW_BYTES = 1 << 22;
/** log2 of FRAME_RAW_BYTES, as it stands in the streaming byte. */
export const FRAME_RAW_LOG2 = 22;
/** Raw bytes that one checksum covers in a tensor of a `.znn.safetensors` file. Part of the format: it does not follow the
 * size of frames. */
export const CHECKSUM_RUN_BYTES = 1 << 22;
/** Planes of the widest element. */
export const MAX_PLANES = 4;

// --- Huffman block (RFC 8878, section 4.2) ---

/** Longest code that encoders write. */
export const HUFFMAN_WRITE_MAX_BITS = 11;
/** Longest code that decoders must take. */
export const HUFFMAN_READ_MAX_BITS = 12;
/** Three u16 lane sizes; the fourth lane takes the rest. */
export const JUMP_TABLE_BYTES = 6;
/** Interleaved bitstreams of a block. */
export const LANES = 4;
/** A weight is a number from 0 to HUFFMAN_READ_MAX_BITS. */
export const MAX_WEIGHTS = 256;
/** Accuracy of the FSE table that codes weights: RFC 8878, section 4.2.1.2. */
export const WEIGHTS_FSE_MAX_LOG = 6;
/** First header byte of a tree with directly coded weights, minus one: 127 + number of weights. */
export const DIRECT_WEIGHTS_BASE = 127;

// --- What a decoder can find wrong in a Huffman block; the kernel returns the number, negated ---

/** The tree description runs past the block, or its FSE table or weights are malformed. */
export const HUFFMAN_BAD_TREE = 1;
/** The weights do not add up to a complete code. */
export const HUFFMAN_BAD_WEIGHTS = 2;
/** The code is longer than HUFFMAN_READ_MAX_BITS. */
export const HUFFMAN_CODE_TOO_LONG = 3;
/** The lanes do not fit into the block. */
export const HUFFMAN_BAD_JUMP_TABLE = 4;
/** The last byte of a lane is 0, so it has no end mark. */
export const HUFFMAN_NO_END_MARK = 5;
/** A lane did not end exactly on its first bit. */
export const HUFFMAN_LANE_NOT_EXHAUSTED = 6;
/** Fewer than 6 symbols: too few for four lanes. */
export const HUFFMAN_TOO_FEW_SYMBOLS = 7;

// The loops of the Huffman decoder; all give the same answer.
export const HUFFMAN_BY_CAREFUL = 0;
export const HUFFMAN_BY_SINGLE = 1;
export const HUFFMAN_BY_MULTI = 2;
export const HUFFMAN_BY_PAIRS = 3;
