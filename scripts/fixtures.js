// Makers of model data for the demo, the tests and the benchmarks: seeded, so the same call gives the same bytes on
// every machine, and fast: a table look-up or less for each element.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Entries of the Gaussian sample table; a power of two. */
const TABLE_SIZE = 1 << 16;
/** Low mantissa bits that a table entry leaves equal in every F32 it gives; they are filled with random bits. */
const F32_LOW_BITS = 0xffff;

/** @typedef {(elementCount: number) => Uint8Array} DataMaker little-endian bytes of that many elements */
/** @typedef {{ name: string, dtype: string, shape: readonly number[], data: Uint8Array }} TensorFixture */

/** A generator of uniform 32-bit integers: xorshift with Marsaglia's triple (13, 17, 5).
 * @param {number} seed any integer; 0 stands for a fixed other one, since the state must not be 0 */
export function createRandom(seed) {
  let state = seed | 0 || 0x2545f491;
  return {
    /** @returns {number} from 0 to 2^32 − 1 */
    uint32() {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 0;
    },
    /** @returns {number} from 0 up to, not including, 1 */
    unit() {
      return this.uint32() / 0x1_0000_0000;
    },
  };
}

/** @typedef {ReturnType<typeof createRandom>} Random */

/** 65,536 samples of a Gaussian distribution, by Box and Muller: elements of a tensor are drawn from them.
 * @param {Random} random @param {number} deviation */
function gaussianTable(random, deviation) {
  const table = new Float32Array(TABLE_SIZE);
  for (let index = 0; index < TABLE_SIZE; index += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random.unit()));
    const angle = 2 * Math.PI * random.unit();
    table[index] = radius * Math.cos(angle);
    table[index + 1] = radius * Math.sin(angle);
  }
  return table;
}

/** @param {Float32Array} floats @returns {Uint32Array} */
const bitsOf = (floats) => new Uint32Array(floats.buffer, floats.byteOffset, floats.length);

/** @param {Uint16Array | Uint8Array | Uint32Array} words @returns {Uint8Array} */
const bytesOf = (words) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

/** Two draws from `table` for each random number, written to `target`.
 * @template {Uint8Array | Uint16Array | Uint32Array} Target
 * @param {Random} random @param {ArrayLike<number>} table @param {Target} target */
function drawInto(random, table, target) {
  for (let index = 0; index < target.length; index += 2) {
    const bits = random.uint32();
    target[index] = /** @type {number} */ (table[bits & (TABLE_SIZE - 1)]);
    if (index + 1 < target.length) target[index + 1] = /** @type {number} */ (table[bits >>> 16]);
  }
  return target;
}

/** Round to nearest even, as frameworks do when they cast F32 to BF16. @param {number} bits */
const bf16FromF32Bits = (bits) => ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;

/** Finite, normal or zero values of F16 range: enough for weights. @param {number} bits */
function f16FromF32Bits(bits) {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  if (exponent <= 0) return sign;
  const mantissaAndExponent = (exponent << 10) | ((bits >>> 13) & 0x3ff);
  return sign | Math.min(mantissaAndExponent, 0x7bff);
}

/** @param {number} bits */
function f8e4m3FromF32Bits(bits) {
  const sign = (bits >>> 24) & 0x80;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 7;
  if (exponent <= 0) return sign;
  return sign | Math.min((exponent << 3) | ((bits >>> 20) & 7), 0x7e);
}

/** Makers for the data that models hold, all drawing from one generator.
 * @param {Random} random @param {number} [deviation] of the Gaussian weights */
export function dataMakers(random, deviation = 0.02) {
  const weights = () => bitsOf(gaussianTable(random, deviation));
  /** @type {Record<'bf16' | 'f16' | 'f32' | 'cleanF32' | 'f8e4m3' | 'int4' | 'e8m0' | 'i64' | 'random' | 'zeros', DataMaker>} */
  const makers = {
    bf16: (count) => bytesOf(drawInto(random, weights().map(bf16FromF32Bits), new Uint16Array(count))),
    f16: (count) => bytesOf(drawInto(random, weights().map(f16FromF32Bits), new Uint16Array(count))),
    f32: (count) => {
      const words = drawInto(random, weights(), new Uint32Array(count));
      for (let index = 0; index < count; index++) words[index] ^= random.uint32() & F32_LOW_BITS;
      return bytesOf(words);
    },
    /** F32 that came from BF16: the low two bytes are zero. */
    cleanF32: (count) =>
      bytesOf(
        drawInto(
          random,
          weights().map((bits) => bits & 0xffff0000),
          new Uint32Array(count),
        ),
      ),
    f8e4m3: (count) => {
      const table = bitsOf(gaussianTable(random, 1)).map(f8e4m3FromF32Bits);
      return drawInto(random, table, new Uint8Array(count));
    },
    /** Two 4-bit weights in a byte, each Gaussian around the middle. */
    int4: (count) => {
      const nibble = (/** @type {number} */ value) => Math.max(0, Math.min(15, Math.round(value + 7.5)));
      const low = gaussianTable(random, 2.5);
      const high = gaussianTable(random, 2.5);
      const table = Uint8Array.from(low, (value, index) => nibble(value) | (nibble(high[index] ?? 0) << 4));
      return drawInto(random, table, new Uint8Array(count));
    },
    /** Power-of-two scales: a few neighbouring exponents. */
    e8m0: (count) => {
      const table = Uint8Array.from(gaussianTable(random, 1.2), (value) => 119 + Math.round(value));
      return drawInto(random, table, new Uint8Array(count));
    },
    /** Positions and ids: small integers. */
    i64: (count) => {
      const words = new Uint32Array(count * 2);
      for (let index = 0; index < count; index++) words[index * 2] = random.uint32() & 0x7fff;
      return bytesOf(words);
    },
    random: (count) => {
      const words = new Uint32Array(Math.ceil(count / 4));
      for (let index = 0; index < words.length; index++) words[index] = random.uint32();
      return bytesOf(words).subarray(0, count);
    },
    zeros: (count) => new Uint8Array(count),
  };
  return makers;
}

/** Writes a canonical safetensors file, tensor by tensor, so that one tensor at a time is in memory.
 * @param {string} filePath @param {Iterable<Omit<TensorFixture, 'data'> & { byteCount: number, make: () => Uint8Array }>} tensors
 * @param {Record<string, string>} [metadata] */
export function writeSafetensors(filePath, tensors, metadata = { format: 'pt' }) {
  const list = [...tensors];
  let end = 0;
  const entries = list.map(({ name, dtype, shape, byteCount }) => {
    const start = end;
    end += byteCount;
    return [name, { dtype, shape, data_offsets: [start, end] }];
  });
  const json = JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries]));
  const header = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(header.byteLength), true);
  mkdirSync(path.dirname(filePath), { recursive: true });
  const fd = openSync(filePath, 'w');
  try {
    for (const bytes of [prefix, header]) writeSync(fd, bytes);
    for (const tensor of list) {
      const bytes = tensor.make();
      if (bytes.byteLength !== tensor.byteCount)
        throw new Error(`${tensor.name}: ${bytes.byteLength} bytes made`);
      writeSync(fd, bytes);
    }
  } finally {
    closeSync(fd);
  }
}

const DTYPE_BYTES = { BF16: 2, F16: 2, F32: 4, F8_E4M3: 1, U8: 1, F8_E8M0: 1, I64: 8 };

/** A tensor whose data is made only when it is written.
 * @param {string} name @param {keyof typeof DTYPE_BYTES} dtype @param {readonly number[]} shape @param {DataMaker} maker */
export function lazyTensor(name, dtype, shape, maker) {
  const elementCount = shape.reduce((product, dimension) => product * dimension, 1);
  return {
    name,
    dtype,
    shape,
    byteCount: elementCount * DTYPE_BYTES[dtype],
    make: () => maker(elementCount),
  };
}

/** A sharded model of mixed dtypes in a new folder, with its index, its small files and a sub-folder: about
 * `200 MB × scale`. The same seed and scale give the same bytes.
 * @param {string} folderPath @param {{ seed?: number, scale?: number }} [options] */
export function writeModelFolder(folderPath, { seed = 1, scale = 1 } = {}) {
  const random = createRandom(seed);
  const make = dataMakers(random);
  // Rows shrink with the scale; 1024 columns stay, as in a model of a small width.
  const rows = (/** @type {number} */ count) => Math.max(1, Math.round(count * scale));
  const shards = [
    [
      lazyTensor('model.embed_tokens.weight', 'BF16', [rows(24576), 1024], make.bf16),
      ...['q', 'k', 'v', 'o'].map((part) =>
        lazyTensor(`model.layers.0.self_attn.${part}_proj.weight`, 'BF16', [rows(3072), 1024], make.bf16),
      ),
      lazyTensor('model.layers.0.input_layernorm.weight', 'F32', [1024], make.f32),
      lazyTensor('model.layers.0.mlp.up_proj.weight', 'BF16', [rows(8192), 1024], make.bf16),
    ],
    [
      lazyTensor('model.layers.1.mlp.up_proj.weight', 'F16', [rows(8192), 1024], make.f16),
      lazyTensor('model.layers.1.mlp.down_proj.weight', 'F8_E4M3', [rows(20480), 1024], make.f8e4m3),
      lazyTensor('model.layers.1.mlp.down_proj.weight_scale', 'F32', [rows(160), 8], make.f32),
      lazyTensor('model.layers.1.norm.weight', 'F32', [rows(2560), 1024], make.f32),
    ],
    [
      lazyTensor('model.layers.2.experts.weight_packed', 'U8', [rows(20480), 1024], make.int4),
      lazyTensor('model.layers.2.experts.weight_scale', 'F8_E8M0', [rows(1280), 1024], make.e8m0),
      lazyTensor('model.layers.2.lora.weight', 'F32', [rows(6144), 1024], make.cleanF32),
      lazyTensor('model.position_ids', 'I64', [rows(128), 1024], make.i64),
    ],
  ];
  /** @type {Record<string, string>} */
  const weightMap = {};
  for (const [shardIndex, tensors] of shards.entries()) {
    const number = (/** @type {number} */ value) => String(value).padStart(5, '0');
    const shardName = `model-${number(shardIndex + 1)}-of-${number(shards.length)}.safetensors`;
    writeSafetensors(path.join(folderPath, shardName), tensors);
    for (const { name } of tensors) weightMap[name] = shardName;
  }
  const totalBytes = shards.flat().reduce((sum, { byteCount }) => sum + byteCount, 0);
  writeSmallFiles(folderPath, weightMap, totalBytes);
  writeSafetensors(path.join(folderPath, 'text_encoder', 'model.safetensors'), [
    lazyTensor('text_model.embeddings.weight', 'F16', [rows(6144), 1024], make.f16),
    lazyTensor('text_model.logit_scale', 'F32', [], make.f32),
  ]);
  writeFileSync(path.join(folderPath, 'text_encoder', 'config.json'), '{ "hidden_size": 1024 }\n');
}

/** @param {string} folderPath @param {Record<string, string>} weightMap @param {number} totalBytes */
function writeSmallFiles(folderPath, weightMap, totalBytes) {
  const vocabulary = Object.fromEntries(Array.from({ length: 2000 }, (_, id) => [`token${id}`, id]));
  /** @type {Record<string, unknown>} */
  const documents = {
    'model.safetensors.index.json': { metadata: { total_size: totalBytes }, weight_map: weightMap },
    'config.json': { architectures: ['DemoForCausalLM'], hidden_size: 1024, torch_dtype: 'bfloat16' },
    'tokenizer.json': { version: '1.0', model: { type: 'BPE', vocab: vocabulary } },
  };
  for (const [name, document] of Object.entries(documents)) {
    writeFileSync(path.join(folderPath, name), `${JSON.stringify(document, undefined, 2)}\n`);
  }
  writeFileSync(path.join(folderPath, 'README.md'), '# Demo model\n\nSeeded random weights.\n');
}
