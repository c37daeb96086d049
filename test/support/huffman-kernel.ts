// A Huffman block through the kernels alone.

import { DECODE_WORK, guardedTargets, kernels, memory, placeAtEnd, WORK } from './kernels.js';

export interface KernelCode {
  readonly maxBits: number;
  readonly lengths: Uint8Array;
  readonly counts: Uint32Array;
  readonly codedBits: number;
}

/** The code that the kernel builds for `plane`; maxBits 0 when fewer than two symbols occur. */
export function kernelCode(plane: Uint8Array): KernelCode {
  const { addresses, check } = guardedTargets(1024, 256);
  const [counts = 0, lengths = 0] = addresses;
  kernels.histogram(placeAtEnd(plane), plane.length, counts, WORK);
  const maxBits = kernels.codeLengths(counts, lengths, WORK);
  check();
  return {
    maxBits,
    lengths: memory.slice(lengths, lengths + 256),
    counts: new Uint32Array(memory.slice(counts, counts + 1024).buffer),
    codedBits: kernels.codedBits(counts, lengths),
  };
}

/** The block that the kernels write for `plane`, or undefined if its code has no tree description. */
export function kernelEncode(plane: Uint8Array): Uint8Array | undefined {
  const { maxBits, lengths, codedBits } = kernelCode(plane);
  if (maxBits === 0) return undefined;
  const { addresses, check } = guardedTargets(256, 2048, 129, 6 + Math.ceil(codedBits / 8) + 4 + 8);
  const [lengthsAt = 0, codes = 0, tree = 0, lanes = 0] = addresses;
  memory.set(lengths, lengthsAt);
  const treeBytes = kernels.encodeTree(lengthsAt, maxBits, tree, WORK);
  if (treeBytes === 0) return undefined;
  kernels.buildCodes(lengthsAt, maxBits, codes);
  const laneBytes = kernels.encodeLanes(placeAtEnd(plane), plane.length, codes, lanes);
  check();
  return Uint8Array.from([
    ...memory.slice(tree, tree + treeBytes),
    ...memory.slice(lanes, lanes + laneBytes),
  ]);
}

/** The symbols of `block`, or the kernel's (negative) error.
 * @param loop one of HUFFMAN_BY_…; without it the kernel chooses */
export function kernelDecode(block: Uint8Array, bytes: number, loop?: number): Uint8Array | number {
  const { addresses, check } = guardedTargets(bytes);
  const [target = 0] = addresses;
  const source = placeAtEnd(block);
  const status =
    loop === undefined
      ? kernels.decodeHuffman(source, block.length, target, bytes, DECODE_WORK)
      : kernels.decodeHuffmanBy(loop, source, block.length, target, bytes, DECODE_WORK);
  check();
  return status < 0 ? status : memory.slice(target, target + bytes);
}
