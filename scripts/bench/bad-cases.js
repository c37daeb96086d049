// Data that could be slow: each must stay near the time per byte of BF16 weights.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom, dataMakers, lazyTensor, writeSafetensors } from '../fixtures.js';

const BLOCK_BYTES = 8 << 20;
const TINY_TENSOR_ELEMENTS = 1024;
const SHARD_COUNT = 100;
const SEED = 40;

/** @typedef {{ id: string, label: string, write: (target: string, bytes: number) => void }} BadCase */

/** The same block again and again, in tensors of a block: for data whose speed does not hang on its variety.
 * @param {'BF16' | 'F32' | 'U8'} dtype @param {(byteCount: number) => Uint8Array} makeBlock */
function repeatedBlocks(dtype, makeBlock) {
  return (/** @type {string} */ target, /** @type {number} */ bytes) => {
    const block = makeBlock(BLOCK_BYTES);
    const elementCount = BLOCK_BYTES / lazyTensor('', dtype, [1], () => block).byteCount;
    const count = Math.max(1, Math.round(bytes / BLOCK_BYTES));
    const tensors = Array.from({ length: count }, (_, index) =>
      lazyTensor(`weight.${index}`, dtype, [elementCount], () => block),
    );
    writeSafetensors(target, tensors);
  };
}

const makers = () => dataMakers(createRandom(SEED));
const bf16Block = () => makers().bf16(BLOCK_BYTES / 2);

/** Tensors of `elementCount` BF16 weights, cut from one block at ever other places.
 * @param {number} tensorCount @param {number} elementCount @param {string} prefix */
function bf16Tensors(tensorCount, elementCount, prefix) {
  const block = bf16Block();
  const maxStart = block.byteLength - elementCount * 2;
  return Array.from({ length: tensorCount }, (_, index) => {
    const start = (index * 2 * 7919) % (maxStart + 2);
    return lazyTensor(`${prefix}.${index}.weight`, 'BF16', [elementCount], () =>
      block.subarray(start, start + elementCount * 2),
    );
  });
}

/** 100 shards with their index. @param {string} folder @param {number} bytes of all */
export function writeShards(folder, bytes) {
  mkdirSync(folder, { recursive: true });
  /** @type {Record<string, string>} */
  const weightMap = {};
  const number = (/** @type {number} */ value) => String(value).padStart(5, '0');
  const elementCount = Math.floor(bytes / SHARD_COUNT / 5 / 2);
  for (let shard = 0; shard < SHARD_COUNT; shard++) {
    const name = `model-${number(shard + 1)}-of-${number(SHARD_COUNT)}.safetensors`;
    const tensors = bf16Tensors(5, elementCount, `model.layers.${shard}`);
    for (const tensor of tensors) weightMap[tensor.name] = name;
    writeSafetensors(path.join(folder, name), tensors);
  }
  const index = { metadata: { total_size: SHARD_COUNT * 5 * elementCount * 2 }, weight_map: weightMap };
  writeFileSync(path.join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
}

/** The same tensors in one file. @param {string} target @param {number} bytes */
export function writeOneFile(target, bytes) {
  const elementCount = Math.floor(bytes / SHARD_COUNT / 5 / 2);
  const tensors = Array.from({ length: SHARD_COUNT }, (_, shard) =>
    bf16Tensors(5, elementCount, `model.layers.${shard}`),
  ).flat();
  writeSafetensors(target, tensors);
}

/** What the others are compared with. @type {BadCase} */
export const BASELINE = {
  id: 'case-bf16',
  label: 'BF16 weights',
  write: repeatedBlocks('BF16', bf16Block),
};

/** @type {readonly BadCase[]} */
export const BAD_CASES = [
  {
    id: 'case-random',
    label: 'random bytes',
    write: repeatedBlocks('U8', (byteCount) => makers().random(byteCount)),
  },
  {
    id: 'case-zeros',
    label: 'zeros',
    write: repeatedBlocks('BF16', (byteCount) => makers().zeros(byteCount)),
  },
  {
    id: 'case-repeated',
    label: 'one repeated value',
    write: repeatedBlocks(
      'BF16',
      (byteCount) => new Uint8Array(new Uint16Array(byteCount / 2).fill(0x3c9a).buffer),
    ),
  },
  {
    id: 'case-256',
    label: '256 equal symbols',
    write: repeatedBlocks('U8', (byteCount) => Uint8Array.from({ length: byteCount }, (_, i) => i)),
  },
  {
    id: 'case-f32-random',
    label: 'F32 of random bytes',
    write: repeatedBlocks('F32', (byteCount) => makers().random(byteCount)),
  },
  {
    id: 'case-tiny-tensors',
    label: 'tensors of 2 KiB',
    write: (target, bytes) =>
      writeSafetensors(
        target,
        // 100,000 of them in the full run.
        bf16Tensors(Math.min(100_000, Math.floor(bytes / 2048)), TINY_TENSOR_ELEMENTS, 'model.blocks'),
      ),
  },
];
