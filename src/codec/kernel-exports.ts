// The types of what src/kernels/index.ts exports, as the wasm boundary shows it: pointers and counts are numbers, a u64
// is a BigInt, an exported constant is a WebAssembly.Global.

type Pointer = number;

export interface KernelExports {
  readonly memory: WebAssembly.Memory;

  readonly CHECKSUM_STATE_BYTES: WebAssembly.Global;
  readonly HISTOGRAM_BYTES: WebAssembly.Global;
  readonly HISTOGRAM_WORK_BYTES: WebAssembly.Global;
  readonly SAMPLE_BYTES: WebAssembly.Global;
  readonly CODE_WORK_BYTES: WebAssembly.Global;
  readonly CODES_BYTES: WebAssembly.Global;
  readonly ENCODE_SLACK_BYTES: WebAssembly.Global;
  readonly LANES_MAX_BYTES: WebAssembly.Global;
  readonly PAIR_BITS_STRIDE: WebAssembly.Global;
  readonly PAIR_CODES_BYTES: WebAssembly.Global;
  readonly PAIR_HISTOGRAM_WORK_BYTES: WebAssembly.Global;
  readonly PAIR_SAMPLE_STRIDE: WebAssembly.Global;
  readonly TREE_ENCODE_WORK_BYTES: WebAssembly.Global;
  readonly HUFFMAN_DECODE_WORK_BYTES: WebAssembly.Global;
  readonly KEPT_END: WebAssembly.Global;

  checksumBegin(state: Pointer): void;
  checksumStripes(state: Pointer, source: Pointer, bytes: number): void;
  checksumFinish(state: Pointer, tail: Pointer, totalBytes: bigint): bigint;

  histogram(source: Pointer, bytes: number, counts: Pointer, work: Pointer): void;
  isConstant(source: Pointer, bytes: number): number;
  sampleCollisions(source: Pointer, bytes: number, counts: Pointer): number;

  codeLengths(counts: Pointer, lengths: Pointer, work: Pointer): number;
  codedBits(counts: Pointer, lengths: Pointer): number;
  encodeTree(lengths: Pointer, maxBits: number, target: Pointer, work: Pointer): number;
  buildCodes(lengths: Pointer, maxBits: number, codes: Pointer): void;
  encodeLanes(source: Pointer, bytes: number, codes: Pointer, target: Pointer): number;
  mapPairs(source: Pointer, bytes: number, pairs: Pointer, likelyRange: number): number;
  pairHistogram(pairs: Pointer, pairCount: number, range: number, counts: Pointer, work: Pointer): void;
  pairSampleHistogram(
    pairs: Pointer,
    pairCount: number,
    range: number,
    counts: Pointer,
    work: Pointer,
  ): number;
  buildPairCodes(lengths: Pointer, codes: Pointer, range: number, pairCodes: Pointer, work: Pointer): void;
  pairSampleBits(pairs: Pointer, pairCount: number, pairCodes: Pointer): number;
  encodePairLanes(pairs: Pointer, bytes: number, pairCodes: Pointer, target: Pointer): number;
  decodeHuffman(source: Pointer, sourceBytes: number, target: Pointer, bytes: number, work: Pointer): number;
  decodeHuffmanBy(
    loop: number,
    source: Pointer,
    sourceBytes: number,
    target: Pointer,
    bytes: number,
    work: Pointer,
  ): number;

  split16(raw: Pointer, rawBytes: number, plane0: Pointer, plane1: Pointer, rotated: number): void;
  splitSummed16(raw: Pointer, rawBytes: number, plane0: Pointer, plane1: Pointer, checksum: Pointer): void;
  split32(
    raw: Pointer,
    rawBytes: number,
    plane0: Pointer,
    plane1: Pointer,
    plane2: Pointer,
    plane3: Pointer,
    rotated: number,
  ): void;
  merge16(raw: Pointer, rawBytes: number, plane0: Pointer, plane1: Pointer, rotated: number): void;
  mergeSummed16(raw: Pointer, rawBytes: number, plane0: Pointer, plane1: Pointer, checksum: Pointer): void;
  merge32(
    raw: Pointer,
    rawBytes: number,
    plane0: Pointer,
    plane1: Pointer,
    plane2: Pointer,
    plane3: Pointer,
    rotated: number,
  ): void;
}
