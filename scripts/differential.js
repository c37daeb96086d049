// The same damaged files through znn and through the stock package: `node scripts/differential.js [--count N] [--seed S]`.
// Where both accept a file, both must give the same bytes; every other difference falls under a rule that explains it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mutate } from '../test/fuzz/mutate.js';
import { createRandom } from './fixtures.js';
import { preparePython } from './interop/python.js';
import { Tally } from './interop/tally.js';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const CORPUS_BYTES_MAX = 8192;
/** The stock package takes memory for whatever a header claims. */
const CLAIMED_BYTES_MAX = 1 << 26;
const FILES_A_RUN = 500;
/** Behind the header and the tables of one chunk of one plane: the least. */
const PAYLOAD_AT = 41;

/** Why znn refuses what the stock package takes: it checks nothing but what it trips over. */
const REFUSED_ON_PURPOSE = [
  /^frame header: (lossy flags|byte reorder|bit reorder|input format|delta|dtype code|chunk log2|shape|encoded bytes|raw bytes|dimension)/,
  /^frame header: the first bytes are/,
  /^frame header: its shape ends past/,
  /^frame header: \d+ bytes left/,
  /^frame tables: /,
  /^frame: \d+ bytes after its payload/,
  /^container: /,
  // The stock decoder of two symbols at a time cannot tell where within the last symbol a lane ends. In 38 such files a lane
  // had 2 to 6 bits left over, or lacked its last symbol, and never more.
  /^Huffman block: plane \d+: a lane does not end on its first bit$/,
];

/** What the stock package trips over in files that are in order. */
const STOCK_DEFECTS = [
  // A tensor's frame with the streaming bit set: it asks whether the tensor is true.
  /^RuntimeError: Boolean value of Tensor with more than one value is ambiguous$/,
];

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '3000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const random = createRandom(Number(values.seed));
const folder = mkdtempSync(path.join(tmpdir(), 'znn-differential-'));
const tally = new Tally();
/** @type {Map<string, number>} */
const outcomes = new Map();

try {
  console.log(`differential: seed ${values.seed} (--seed ${values.seed} repeats this run)`);
  const python = preparePython();
  const names = writeMutants(Number(values.count));
  const ours = decodeByZnn(names);
  const answers = askStock(python, names);
  for (const [index, name] of names.entries()) {
    const mine = ours.get(name) ?? {};
    const stocks = answers[index] ?? {};
    // What a file before it did to the heap may show here: a file that znn accepts is asked about again, alone.
    const isSuspect = mine.error === undefined && mine.sha256 !== stocks.sha256;
    compare(name, mine, isSuspect ? (askStock(python, [name])[0] ?? {}) : stocks);
  }
} catch (error) {
  tally.fail(`the run broke off: ${error instanceof Error ? error.message : error}`);
} finally {
  if (tally.failed === 0) rmSync(folder, { recursive: true, force: true });
  else console.error(`the files are in ${folder}`);
}
for (const [outcome, count] of [...outcomes].sort((one, other) => other[1] - one[1]))
  console.log(`${count}\t${outcome}`);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;

/** @param {number} count @returns {string[]} */
function writeMutants(count) {
  const goldens = ['files', 'crafted', 'broken'].flatMap((kind) => {
    const goldenFolder = path.join(root, 'test', 'golden', kind);
    const names = readdirSync(goldenFolder).filter(
      (name) => name.endsWith('.znn') && !name.startsWith('delta'),
    );
    return names.map((name) => Uint8Array.from(readFileSync(path.join(goldenFolder, name))));
  });
  const corpus = goldens.filter((bytes) => bytes.length >= 32 && bytes.length <= CORPUS_BYTES_MAX);
  const pick = () => corpus[random.uint32() % corpus.length] ?? new Uint8Array(0);
  /** @type {string[]} */
  const names = [];
  while (names.length < count) {
    // Half of them keep header and tables, so that what differs is for the Huffman decoders to see.
    const mutant =
      random.uint32() & 1 ? mutate(pick(), pick(), () => random.uint32()) : withOtherPayload(pick());
    if (claimedBytes(mutant) > CLAIMED_BYTES_MAX) continue;
    names.push(`${names.length}.znn`);
    writeFileSync(path.join(folder, names.at(-1) ?? ''), mutant);
  }
  return names;
}

/** One to three bytes of the streams changed: of the first one's tree, of the last one's end, or anywhere.
 * @param {Uint8Array} bytes */
function withOtherPayload(bytes) {
  const changed = Uint8Array.from(bytes);
  const below = (/** @type {number} */ limit) => random.uint32() % Math.max(1, limit);
  for (let left = 1 + below(3); left > 0; left--) {
    const room = changed.length - PAYLOAD_AT;
    if (room <= 0) break;
    const at = [below(Math.min(room, 140)), room - 1 - below(Math.min(room, 16)), below(room)][below(3)] ?? 0;
    changed[PAYLOAD_AT + at] =
      random.uint32() & 1 ? below(256) : (changed[PAYLOAD_AT + at] ?? 0) ^ (1 << below(8));
  }
  return changed;
}

/** @param {Uint8Array} bytes */
function claimedBytes(bytes) {
  if (bytes.length < 32) return 0;
  const view = new DataView(bytes.buffer);
  return Number(
    view.getBigUint64(16, true) > view.getBigUint64(24, true)
      ? view.getBigUint64(16, true)
      : view.getBigUint64(24, true),
  );
}

/** @typedef {{ sha256?: string, bytes?: number, error?: string }} Verdict */

/** @param {string[]} names @returns {Map<string, Verdict>} */
function decodeByZnn(names) {
  /** @type {Map<string, Verdict>} */
  const verdicts = new Map();
  const znn = path.join(root, 'bin', 'znn.cjs');
  mkdirSync(path.join(folder, 'out'));
  for (let start = 0; start < names.length; start += FILES_A_RUN) {
    const some = names.slice(start, start + FILES_A_RUN);
    const args = [znn, 'decompress', '--json', '-o', 'out/', ...some];
    const { stdout, status, signal } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (signal !== null || ![0, 1, 3].includes(status ?? -1))
      throw new Error(`znn decompress: ${signal ?? status}`);
    for (const line of stdout.trim().split('\n')) {
      const { type, source, error } = JSON.parse(line);
      if (type === 'file' && error) verdicts.set(source, { error: error.message });
    }
  }
  for (const name of names.filter((each) => !verdicts.has(each))) {
    const restored = path.join(folder, 'out', name.slice(0, -'.znn'.length));
    if (!existsSync(restored)) throw new Error(`${name}: neither restored nor refused`);
    const raw = readFileSync(restored);
    verdicts.set(name, { sha256: createHash('sha256').update(raw).digest('hex'), bytes: raw.length });
  }
  return verdicts;
}

/** @param {ReturnType<typeof preparePython>} python @param {string[]} names @returns {Verdict[]} */
function askStock(python, names) {
  const jobsPath = path.join(folder, 'jobs.json');
  writeFileSync(jobsPath, JSON.stringify(names.map((name) => path.join(folder, name))));
  const answers = python.run('stock_verdicts.py', [jobsPath]).trim().split('\n');
  return answers.map((answer) => JSON.parse(answer));
}

/** @param {string} name @param {Verdict} ours @param {Verdict} stocks */
function compare(name, ours, stocks) {
  const [outcome, problem] = judge(ours, stocks);
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  tally.check(name, problem);
}

/** @param {Verdict} ours @param {Verdict} stocks @returns {[outcome: string, problem?: string]} */
function judge(ours, stocks) {
  const crash = stocks.error?.startsWith('crashed') ? stocks.error : undefined;
  if (ours.error !== undefined && stocks.error !== undefined)
    return [crash ? `znn refuses, stock ${crash}` : 'both refuse'];
  if (ours.error !== undefined) {
    const rule = REFUSED_ON_PURPOSE.find((known) => known.test(ours.error ?? ''));
    const kind = ours.error.replace(/\d+/g, 'N').slice(0, 60);
    return [`stock accepts, znn refuses: ${kind}`, rule ? undefined : `stock accepts it, znn: ${ours.error}`];
  }
  if (stocks.error !== undefined) {
    const { error } = stocks;
    const isDefect = STOCK_DEFECTS.some((known) => known.test(error));
    return [
      `znn accepts, stock refuses: ${error.slice(0, 60)}`,
      isDefect ? undefined : `znn accepts ${ours.bytes} bytes, stock: ${error}`,
    ];
  }
  if (ours.sha256 === stocks.sha256) return ['both accept, the same bytes'];
  return ['both accept, other bytes', `${ours.bytes} and ${stocks.bytes} other bytes`];
}
