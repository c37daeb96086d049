import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CommanderError } from 'commander';
import { readOptions, UsageError } from '../../src/cli/options.js';
import { createProgram } from '../../src/cli/program.js';
import { ZnnError } from '../../src/errors.js';
import { FRAME_HEADER_BYTES } from '../../src/format/constants.js';
import { INDEX_TRAILER_BYTES } from '../../src/format/frame-index.js';
import { decodeIndexDocument } from '../../src/format/frame-index-decode.js';
import { encodeIndexFrame } from '../../src/format/frame-index-encode.js';
import { parseModelIndex, renameShards } from '../../src/format/model-index.js';
import { planCompression } from '../../src/plan/compress-plan.js';
import { REFUSED_GOLDENS, VALID_GOLDENS } from '../golden/golden-files.js';
import { decodeZnn } from '../reference/frame-decode.js';
import { decodeHuffmanBlock } from '../reference/huffman-decode.js';
import { encodeHuffmanBlock } from '../reference/huffman-encode.js';
import { geometricBytes, uniformBytes } from '../support/distributions.js';
import { kernelDecode } from '../support/huffman-kernel.js';
import { memorySource } from '../support/memory-source.js';
import { safetensorsFile } from '../support/model-folder.js';
import { checksum, compressByProduct, decodeByProduct, planOf } from './decode-product.js';
import { Finding, type FuzzTarget, type Verdict } from './target.js';

/** Larger outputs are decoded by the product and not compared: the reference is slow. */
const COMPARED_BYTES_MAX = 1 << 16;
/** What files that say they are deltas are decoded against. */
const BASE = uniformBytes(7, COMPARED_BYTES_MAX);
const GOLDEN_BYTES_MAX = 20_000;
/** A block's first two bytes say how many symbols it stands for. */
const COUNT_BYTES = 2;

/** The value, or `undefined` where it was refused with a ZnnError. */
function refusable<Value>(action: () => Value, onRefusal?: (error: ZnnError) => void): Value | undefined {
  try {
    return action();
  } catch (thrown) {
    if (!(thrown instanceof ZnnError)) throw thrown;
    onRefusal?.(thrown);
    return undefined;
  }
}

const verdictOf = (value: unknown): Verdict => (value === undefined ? 'refused' : 'accepted');

function isEqual(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Buffer.compare(one, other) === 0;
}

/** One block through the kernels (whichever of their decoders takes it) and through the slow reference. */
const huffmanBlock: FuzzTarget = {
  name: 'huffman-block',
  corpus: () =>
    [13, 100, 700, 3000].flatMap((bytes) =>
      [1.02, 1.3, 2, 8].flatMap((skew) =>
        (['direct', 'fse'] as const).flatMap((coding) => {
          const block = encodeHuffmanBlock(geometricBytes(bytes, bytes, 100, skew), 12, coding);
          return block ? [Uint8Array.of(bytes & 255, bytes >> 8, ...block)] : [];
        }),
      ),
    ),
  run(input) {
    const rawBytes = ((input[0] ?? 0) + 256 * (input[1] ?? 0)) & 0x1fff;
    const block = input.slice(COUNT_BYTES);
    const status = kernelDecode(block, rawBytes);
    const byKernel = typeof status === 'number' ? undefined : status;
    const byReference = rawBytes < 6 ? undefined : refusable(() => decodeHuffmanBlock(block, rawBytes));
    if (!isEqual(byKernel, byReference))
      throw new Finding(`kernel ${status}, reference ${byReference?.length}`);
    return verdictOf(byKernel);
  },
};

/** Files of frames, as stock ZipNN writes them, through the product and through the slow reference. */
const frames: FuzzTarget = {
  name: 'frames',
  corpus: () => [
    ...[
      ...VALID_GOLDENS.filter(({ originalBytes }) => originalBytes <= GOLDEN_BYTES_MAX),
      // Refused without a base; here there is one.
      ...REFUSED_GOLDENS.filter(({ filePath }) => path.basename(filePath).startsWith('delta-')),
    ].map(({ filePath }) => Uint8Array.from(readFileSync(filePath))),
    compressByProduct(geometricBytes(1, 900, 40, 1.4), false),
  ],
  run(input) {
    let reason = '';
    const byProduct = refusable(
      () => {
        const plan = planOf(input);
        if (plan.rawBytes > COMPARED_BYTES_MAX) throw new ZnnError('unsupported', 'more than is compared');
        return decodeByProduct(input, plan, BASE);
      },
      (error) => {
        reason = error.message;
      },
    );
    const byReference = refusable(() => boundedReference(input));
    const isStricter = byProduct === undefined && STRICTER.some((known) => known.test(reason));
    if (!isStricter && !isEqual(byProduct, byReference)) {
      throw new Finding(`product ${byProduct?.length} (${reason}), reference ${byReference?.length}`);
    }
    return verdictOf(byProduct);
  },
};

/** What the product refuses beyond the reference, which reads no index and no shape, takes any chunk size, and walks on
 * behind any first frame. */
const STRICTER = [/^frame index: /, /^container: /, /^frame header: shape /, /^frame header: chunk log2 /];

/** The reference takes memory for what a header claims, of which the product decodes no more than is compared here. */
function boundedReference(input: Uint8Array): Uint8Array {
  const claimed =
    input.length < 24 ? 0n : new DataView(input.buffer, input.byteOffset).getBigUint64(16, true);
  if (claimed > COMPARED_BYTES_MAX) throw new ZnnError('unsupported', 'more than is compared');
  try {
    const raw = decodeZnn(input, BASE);
    if (raw.length <= COMPARED_BYTES_MAX) return raw;
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  throw new ZnnError('unsupported', 'more than is compared');
}

/** Our own files: damage anywhere is refused or harmless, but never gives other bytes. */
const container: FuzzTarget & { originals: Uint8Array[] } = {
  name: 'container',
  originals: [],
  corpus() {
    this.originals = [
      safetensorsFile(1, 700),
      geometricBytes(2, 1500, 60, 1.3),
      uniformBytes(3, 33),
      new Uint8Array(0),
    ];
    return this.originals.map((original) => compressByProduct(original));
  },
  run(input) {
    const plan = refusable(() => planOf(input));
    if (plan === undefined || plan.kind !== 'znn' || plan.rawBytes > COMPARED_BYTES_MAX) return 'refused';
    const raw = refusable(() => decodeByProduct(input, plan));
    if (raw === undefined) return 'refused';
    if (!this.originals.some((original) => isEqual(original, raw)))
      throw new Finding(`${raw.length} other bytes`);
    return 'accepted';
  },
};

const INDEXED = {
  originalBytes: 4_000_000_000,
  frames: [1, 2, 3].map((index) => ({
    frameOffset: index * 70_000,
    encodedBytes: 70_000,
    rawBytes: 100_000 * index,
    encoding: 'bf16' as const,
    checksum: 0x0123_4567_89ab_cdefn * BigInt(index),
  })),
};

/** The msgpack document alone, under a trailer that is right for it: a checksum keeps no attacker out. */
const frameIndex: FuzzTarget = {
  name: 'frame-index',
  corpus: () =>
    [INDEXED, { ...INDEXED, sha256: 'ab'.repeat(32) }, { originalBytes: 0, frames: [] }].map((file) =>
      encodeIndexFrame(file, checksum).slice(FRAME_HEADER_BYTES, -INDEX_TRAILER_BYTES),
    ),
  run(input) {
    const trailer = { documentBytes: input.length, documentChecksum: checksum(input) };
    const index = refusable(() => decodeIndexDocument(input, trailer, checksum));
    const numbers = index?.frames.flatMap(({ frameOffset, encodedBytes, rawBytes }) => [
      frameOffset,
      encodedBytes,
      rawBytes,
    ]);
    if (numbers?.some((number) => !Number.isSafeInteger(number) || number < 0))
      throw new Finding(`numbers ${numbers}`);
    return verdictOf(index);
  },
};

/** Whatever a file looks like, it becomes frames that cover it, byte for byte and in order. */
const safetensors: FuzzTarget = {
  name: 'safetensors',
  corpus: () => [
    safetensorsFile(1, 300),
    safetensorsFile(2, 5),
    Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d),
  ],
  run(input) {
    const plan = planCompression(memorySource(input), { encoding: 'auto', isNamedSafetensors: true });
    let end = 0;
    for (const { rawOffset, rawBytes } of plan.frames) {
      if (rawOffset !== end || rawBytes <= 0)
        throw new Finding(`a frame at ${rawOffset}, the last one ends at ${end}`);
      end += rawBytes;
    }
    if (end !== input.length) throw new Finding(`frames end at ${end}, the file at ${input.length}`);
    return plan.kind === 'safetensors' ? 'accepted' : 'refused';
  },
};

/** An index is refused, or it is renamed and renamed back to the same bytes. */
const modelIndex: FuzzTarget = {
  name: 'index-json',
  corpus: () =>
    [
      '{"metadata": {"total_size": 12345678901234567890}, "weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}',
      '{\r\n"weight_map":{"\\u0061":"sub/m\\u002d1.bin","__proto__":"x.bin"},"x":[1.5e3,null,true,{"y":[]}]}',
    ].map((text) => new TextEncoder().encode(text)),
  run(input) {
    const index = refusable(() => parseModelIndex(input));
    if (index === undefined) return 'refused';
    for (const name of index.shardNames) {
      if (name.startsWith('/') || name.split('/').includes('..'))
        throw new Finding(`the shard name ${name} passed`);
    }
    const there = new Map(index.shardNames.map((name) => [name, `${name}.znn`]));
    const back = new Map([...there].map(([name, renamed]) => [renamed, name]));
    const renamed = refusable(() => renameShards(index, there));
    const returned = renamed && renameShards(parseModelIndex(renamed), back);
    if (returned && !isEqual(returned, input)) throw new Finding('renaming there and back changed bytes');
    return 'accepted';
  },
};

/** A command line, its arguments divided by line feeds: parsed, or refused in one line. */
const commandLine: FuzzTarget = {
  name: 'command-line',
  corpus: () =>
    [
      'compress\na.bin\n-o\nout/\n-T\n4\n--rm',
      'd\n--json\n-v\na.znn',
      'verify\n--include\n*.bin\n--\n-x',
      'info\na\n--exclude=b',
    ]
      .concat('c\n--dtype\nbf16\n--no-frame-index\nx\n-kfq')
      .map((text) => new TextEncoder().encode(text)),
  run(input) {
    const args = new TextDecoder().decode(input).split('\n');
    let verdict: Verdict = 'refused';
    const program = createProgram(async (_name, paths, flags) => {
      if (usable(() => readOptions(paths, flags, 2))) verdict = 'accepted';
    }, refuseManyLines);
    for (const command of [program, ...program.commands])
      command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
    usable(() => program.parse(args, { from: 'user' }));
    return verdict;
  },
};

/** Whether a command line came through; false where it was refused as one. */
function usable(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch (thrown) {
    if (thrown instanceof CommanderError || thrown instanceof UsageError) return false;
    throw thrown;
  }
}

function refuseManyLines(line: string): void {
  if (/\n/.test(line)) throw new Finding(`more than one line: ${JSON.stringify(line)}`);
}

export const TARGETS: readonly FuzzTarget[] = [
  ...[huffmanBlock, frames, container, frameIndex],
  ...[safetensors, modelIndex, commandLine],
];
