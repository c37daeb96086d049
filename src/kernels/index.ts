// The kernels' exports. A kernel is a loop on pointers: it allocates nothing, calls nothing outside, checks nothing that
// its binding in codec/ can check once.

export { CHECKSUM_STATE_BYTES, checksumBegin, checksumFinish, checksumStripes } from './checksum';
export { HISTOGRAM_BYTES, HISTOGRAM_WORK_BYTES, SAMPLE_BYTES, histogram, isConstant, sampleCollisions } from './huffman/histogram';
export { CODE_WORK_BYTES, codeLengths, codedBits } from './huffman/code';
export { HUFFMAN_DECODE_WORK_BYTES, decodeHuffman, decodeHuffmanBy } from './huffman/decode';
export { CODES_BYTES, ENCODE_SLACK_BYTES, LANES_MAX_BYTES, buildCodes, encodeLanes } from './huffman/encode';
export { KEPT_END } from './planes/registers';
export { TREE_ENCODE_WORK_BYTES, encodeTree } from './huffman/tree-encode';
export { merge16, merge32 } from './planes/merge';
export { mergeSummed16 } from './planes/merge-summed';
export { split16, split32 } from './planes/split';
export { splitSummed16 } from './planes/split-summed';
export { PAIR_BITS_STRIDE, PAIR_CODES_BYTES, buildPairCodes, encodePairLanes, pairSampleBits } from './huffman/encode-pairs';
export { PAIR_HISTOGRAM_WORK_BYTES, PAIR_SAMPLE_STRIDE, mapPairs, pairHistogram, pairSampleHistogram } from './huffman/pairs';
