// Huffman blocks with a wrong tree, jump table or lane.

import { frameOf } from '../../reference/frame-encode.js';
import { encodeFseWeights } from '../../reference/fse.js';
import { encodeLane, encodeTree, joinBlock } from '../../reference/huffman-encode.js';
import { treeOfWeights } from '../../reference/huffman-tree.js';
import { withBytes } from '../byte-edits.js';
import { joined, skewedBytes } from '../seeded-bytes.js';
import { FP8 } from './sources.js';
import type { BrokenCase } from './types.js';

const BLOCK_RAW = skewedBytes(21, 400, 5, 0.5);
/** Byte 0 has a code of one bit. */
const WEIGHTS = [4, 3, 2, 1, 1];
const TOO_MANY_WEIGHTS = [...new Array<number>(255).fill(1), 2];

export function blocks(): BrokenCase[] {
  const { codes } = treeOfWeights(WEIGHTS);
  const tree = encodeTree(WEIGHTS, 'direct') as Uint8Array;
  const lanes = [0, 100, 200, 300].map((start) => encodeLane(BLOCK_RAW.subarray(start, start + 100), codes));
  const withBlock = (name: string, how: string, block: Uint8Array): BrokenCase => {
    const planes = [[{ type: 1, bytes: block }]];
    return {
      name: `block-${name}`,
      how,
      code: 'corrupt',
      file: frameOf({ dtypeCode: FP8, rawBytes: 400, planes }),
    };
  };
  const withTree = (name: string, how: string, bytes: number[]): BrokenCase =>
    withBlock(name, how, joinBlock(Uint8Array.from(bytes), lanes));
  const withLane = (
    name: string,
    how: string,
    lane: number,
    change: (bytes: Uint8Array) => Uint8Array,
  ): BrokenCase =>
    withBlock(
      name,
      how,
      joinBlock(
        tree,
        lanes.map((bytes, index) => (index === lane ? change(bytes) : bytes)),
      ),
    );
  const jumpTable = (name: string, how: string, bytes: number[]): BrokenCase =>
    withBlock(name, how, withBytes(joinBlock(tree, lanes), tree.length, bytes));
  return [
    withTree('kraft-sum', 'weights that leave 3 cells, not a power of two', [127 + 3, 0x22, 0x10]),
    withTree('weights-0', 'all weights 0', [127 + 4, 0x00, 0x00]),
    withTree('weight-13', 'weights of 13', [127 + 2, 0xdd]),
    withTree('weight-15', 'a weight of 15', [127 + 4, 0xf3, 0x21]),
    withTree('code-13-bits', 'weights from 1 to 12 and so codes of 13 bits', [
      127 + 13,
      0xcb,
      0xa9,
      0x87,
      0x65,
      0x43,
      0x21,
      0x10,
    ]),
    withTree('no-weight-1', 'two symbols of weight 2', [127 + 1, 0x20]),
    withBlock('direct-cut', 'more direct weights than bytes', Uint8Array.of(255, 0x11, 0x11)),
    withTree('fse-cut', 'an FSE description longer than the block', [127, 0x10]),
    withTree('fse-empty', 'an FSE description of 0 bytes', [0]),
    withTree('fse-accuracy-7', 'an FSE table log of 7', [6, 0x02, 0xff, 0xff, 0xff, 0xff, 0x80]),
    withTree(
      'fse-no-end-mark',
      'FSE states without an end mark',
      fseTree(WEIGHTS, (bytes) => [...bytes.slice(0, -1), 0]),
    ),
    withTree('fse-probabilities', 'FSE probabilities that run past their end', [2, 0x11, 0x00]),
    withTree('fse-256-weights', '256 weights, the implied one not counted', fseTree(TOO_MANY_WEIGHTS)),
    withBlock('tree-only', 'a tree and nothing after it', tree),
    withBlock('no-lanes', 'a tree and a jump table', joinBlock(tree, []).slice(0, tree.length + 6)),
    jumpTable('jump-crosses', 'the first lane ends past the block', [0xff, 0xff]),
    jumpTable('jump-sum', 'three lanes that leave none for the lanesth', [150, 0, 150, 0]),
    jumpTable('jump-0', 'a first lane of 0 bytes', [0, 0]),
    jumpTable('jump-shifted', 'a border one byte off', [((lanes[0]?.length ?? 0) + 1) & 255, 0]),
    ...[0, 1, 2, 3].flatMap((lane) => [
      withLane(`no-end-mark-${lane}`, `lane ${lane} ends in a byte 0`, lane, (bytes) =>
        joined(bytes.slice(0, -1), Uint8Array.of(0)),
      ),
      withLane(`left-over-${lane}`, `lane ${lane} has bits left over`, lane, (bytes) =>
        joined(Uint8Array.of(0), bytes),
      ),
      withLane(`runs-out-${lane}`, `lane ${lane} runs out of bits`, lane, (bytes) => bytes.slice(1)),
    ]),
    withLane('left-over-1-bit', 'one bit is left over', 0, () =>
      encodeLane(joined(BLOCK_RAW.subarray(0, 100), Uint8Array.of(0)), codes),
    ),
  ];
}

function fseTree(weights: readonly number[], change = (bytes: Uint8Array): number[] => [...bytes]): number[] {
  const description = encodeFseWeights(weights) ?? new Uint8Array();
  return [description.length, ...change(description)];
}
