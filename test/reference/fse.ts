// Finite state entropy as huff0 uses it for the weights of a tree: RFC 8878, sections 4.1.1, 4.1.2 and 4.2.1.2.

import { ZnnError } from '../../src/errors.js';
import { backwardBits, backwardStream, fromBits, toBits } from './bits.js';

const MIN_ACCURACY_LOG = 5;
const MAX_ACCURACY_LOG = 6;
/** The last weight of a tree is not written, so no more than 255 are. */
const MAX_WRITTEN_WEIGHTS = 255;

interface FseState {
  readonly symbol: number;
  /** Bits read to leave this state … */
  readonly bitCount: number;
  /** … and what they are added to. */
  readonly baseline: number;
}

/** The weights that an FSE-coded tree description (without its first byte) holds.
 * @throws ZnnError `corrupt` */
export function decodeFseWeights(description: Uint8Array): number[] {
  const { probabilities, accuracyLog, headerBytes } = readProbabilities(description);
  const table = fseTable(probabilities, accuracyLog);
  const bits = backwardBits(description.subarray(headerBytes));
  if (bits === undefined) throw corrupt('weights: no end mark');
  if (bits.length < 2 * accuracyLog) throw corrupt('weights: no room for two states');
  const states = [fromBits(bits, 0, accuracyLog), fromBits(bits, accuracyLog, accuracyLog)];
  let consumed = 2 * accuracyLog;
  const weights: number[] = [];
  for (let turn = 0; ; turn = 1 - turn) {
    const state = table[states[turn] ?? 0] as FseState;
    weights.push(state.symbol);
    if (consumed + state.bitCount > bits.length) {
      // The bits have run out: what is left is the symbol that the other state stands for.
      weights.push((table[states[1 - turn] ?? 0] as FseState).symbol);
      break;
    }
    states[turn] = state.baseline + fromBits(bits, consumed, state.bitCount);
    consumed += state.bitCount;
    if (weights.length >= MAX_WRITTEN_WEIGHTS) throw corrupt('weights: more than 255');
  }
  if (weights.length > MAX_WRITTEN_WEIGHTS) throw corrupt('weights: more than 255');
  return weights;
}

/** An FSE-coded tree description, without its first byte. `undefined` where FSE cannot code the weights: fewer than two,
 * or all alike. */
export function encodeFseWeights(weights: readonly number[]): Uint8Array | undefined {
  if (weights.length < 2 || new Set(weights).size < 2) return undefined;
  const probabilities = normalize(weights, MAX_ACCURACY_LOG);
  const table = fseTable(probabilities, MAX_ACCURACY_LOG);
  const header = writeProbabilities(probabilities, MAX_ACCURACY_LOG);
  const body = encodeStates(weights, table);
  return Uint8Array.from([...header, ...body]);
}

/** Walks the weights from the last to the first, as the decoder's states come to be known in that order only. */
function encodeStates(weights: readonly number[], table: readonly FseState[]): Uint8Array {
  const states: number[] = [];
  let bits = '';
  for (let index = weights.length - 1; index >= 0; index--) {
    const next = states[index + 2];
    const from = table.findIndex((state) => state.symbol === weights[index] && canEnd(state, next));
    const { bitCount, baseline } = table[from] as FseState;
    states[index] = from;
    if (next !== undefined) bits = toBits(next - baseline, bitCount) + bits;
  }
  const accuracyLog = Math.log2(table.length);
  return backwardStream(toBits(states[0] ?? 0, accuracyLog) + toBits(states[1] ?? 0, accuracyLog) + bits);
}

/** The last states must ask for at least one bit, or the decoder would not see that none are left. */
function canEnd(state: FseState, next: number | undefined): boolean {
  if (next === undefined) return state.bitCount > 0;
  return next >= state.baseline && next < state.baseline + 2 ** state.bitCount;
}

interface Probabilities {
  readonly probabilities: number[];
  readonly accuracyLog: number;
  readonly headerBytes: number;
}

function readProbabilities(description: Uint8Array): Probabilities {
  // A forward bitstream: the first bit is the lowest of the first byte, and so the last character here.
  const bits = [...description]
    .map((byte) => toBits(byte, 8))
    .reverse()
    .join('');
  let consumed = 0;
  const peek = (bitCount: number): number => {
    const end = bits.length - consumed;
    return end <= 0 ? 0 : Number.parseInt(bits.slice(Math.max(0, end - bitCount), end), 2);
  };
  const read = (bitCount: number): number => {
    const value = peek(bitCount);
    consumed += bitCount;
    return value;
  };
  const accuracyLog = read(4) + MIN_ACCURACY_LOG;
  if (accuracyLog > MAX_ACCURACY_LOG) throw corrupt(`weights: accuracy log ${accuracyLog} exceeds 6`);
  const probabilities: number[] = [];
  for (let remaining = 2 ** accuracyLog; remaining > 0; ) {
    const { bitCount, shortValues } = probabilityField(remaining);
    let value = peek(bitCount - 1);
    if (value < shortValues) consumed += bitCount - 1;
    else {
      value = read(bitCount);
      if (value >= 2 ** (bitCount - 1)) value -= shortValues;
    }
    const probability = value - 1;
    probabilities.push(probability);
    remaining -= Math.abs(probability);
    if (probability === 0) {
      for (let repeat = 3; repeat === 3; ) {
        repeat = read(2);
        for (let zero = 0; zero < repeat; zero++) probabilities.push(0);
        if (consumed > bits.length) break;
      }
    }
    if (consumed > bits.length) throw corrupt('weights: probabilities run past their end');
    if (remaining < 0) throw corrupt('weights: probabilities exceed the table');
  }
  return { probabilities, accuracyLog, headerBytes: Math.ceil(consumed / 8) };
}

/** With `remaining` cells to give away a value from 0 to remaining + 1 is written; the `shortValues` lowest of them in one bit
 * less than the others, which take `bitCount`. */
function probabilityField(remaining: number): { bitCount: number; shortValues: number } {
  const bitCount = (remaining + 1).toString(2).length;
  return { bitCount, shortValues: 2 ** bitCount - 1 - (remaining + 1) };
}

function writeProbabilities(probabilities: readonly number[], accuracyLog: number): number[] {
  let bits = toBits(accuracyLog - MIN_ACCURACY_LOG, 4);
  const write = (value: number, bitCount: number): void => {
    bits = toBits(value, bitCount) + bits;
  };
  let remaining = 2 ** accuracyLog;
  for (let symbol = 0; remaining > 0; symbol++) {
    const value = (probabilities[symbol] ?? 0) + 1;
    const { bitCount, shortValues } = probabilityField(remaining);
    if (value < shortValues) write(value, bitCount - 1);
    else write(value < 2 ** (bitCount - 1) ? value : value + shortValues, bitCount);
    remaining -= Math.abs(value - 1);
    if (value !== 1) continue;
    let zeros = 0;
    while (probabilities[symbol + 1 + zeros] === 0) zeros++;
    symbol += zeros;
    for (; zeros >= 3; zeros -= 3) write(3, 2);
    write(zeros, 2);
  }
  bits = bits.padStart(Math.ceil(bits.length / 8) * 8, '0');
  const bytes: number[] = [];
  for (let end = bits.length; end > 0; end -= 8) bytes.push(Number.parseInt(bits.slice(end - 8, end), 2));
  return bytes;
}

/** Cells of the table for each symbol, in proportion to its count, at least one for each that occurs. */
function normalize(symbols: readonly number[], accuracyLog: number): number[] {
  const size = 2 ** accuracyLog;
  const counts = new Array<number>(Math.max(...symbols) + 1).fill(0);
  for (const symbol of symbols) counts[symbol] = (counts[symbol] ?? 0) + 1;
  const cells = counts.map((count) =>
    count === 0 ? 0 : Math.max(1, Math.floor((count * size) / symbols.length)),
  );
  const largest = cells.indexOf(Math.max(...cells));
  const spare = size - cells.reduce((sum, count) => sum + count, 0);
  cells[largest] = (cells[largest] ?? 0) + spare;
  return cells;
}

/** RFC 8878, section 4.1.1, "From normalized distribution to decoding tables". */
function fseTable(probabilities: readonly number[], accuracyLog: number): FseState[] {
  const size = 2 ** accuracyLog;
  const symbolOf = new Array<number>(size).fill(-1);
  let highest = size - 1;
  probabilities.forEach((probability, symbol) => {
    if (probability === -1) symbolOf[highest--] = symbol;
  });
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  probabilities.forEach((probability, symbol) => {
    for (let cell = 0; cell < probability; cell++) {
      symbolOf[position] = symbol;
      do position = (position + step) % size;
      while (position > highest);
    }
  });
  const nextOf = probabilities.map((probability) => Math.abs(probability));
  return symbolOf.map((symbol) => {
    const next = nextOf[symbol] ?? 0;
    nextOf[symbol] = next + 1;
    const bitCount = accuracyLog - (next.toString(2).length - 1);
    return { symbol, bitCount, baseline: next * 2 ** bitCount - size };
  });
}

function corrupt(message: string): ZnnError {
  return new ZnnError('corrupt', `huffman block: ${message}`);
}
