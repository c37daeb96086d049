// File to file, as users run it, start-up included: every peer on the same file, turn by turn, the source in the page cache.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../fixtures.js';
import { alternate } from '../alternate.js';
import { checkDigest, digestOf, totalBytesOf } from '../digests.js';
import { withPeakMemory } from '../peers.js';
import { runCommand } from '../processes.js';
import { measurementOf } from '../report.js';

/** @typedef {'compress' | 'decompress'} Verb */
/** @typedef {import('../peers.js').FilePeer} FilePeer */
/** @typedef {{ id: string, path: string, stockDtype: string }} FileData a file, or a folder of them */
/**
 * A peer on a file.
 * @typedef {object} Entrant
 * @property {string} id
 * @property {FilePeer} peer
 * @property {FileData} data
 * @property {number} [rounds]
 * @property {string} encodedPath what it decompresses
 * @property {number} encodedBytes
 * @property {Readonly<Record<Verb, string>>} digests what each verb's output must be
 */
/** @typedef {{ section: import('../report.js').Section, rounds: number }} FilesRun */
/** @typedef {{ seconds: number, innerSeconds?: number, peakBytes?: number }} Turn */

const VERBS = /** @type {const} */ (['compress', 'decompress']);
const ORDER_SEED = 1;

/** Has every peer compress and restore every file, all of them in turn. The first peer is znn.
 * @param {import('../run.js').Context} context @param {readonly FilePeer[]} peers @param {readonly FileData[]} files
 * @param {FilesRun} run */
export async function measureFiles(context, peers, files, { section, rounds }) {
  const { folder, outputs } = context;
  /** @type {Entrant[]} */
  const entrants = [];
  try {
    for (const data of files) {
      const digest = digestOf(data.path);
      for (const peer of peers) entrants.push(await enter(context, peer, data, digest));
    }
    for (const verb of VERBS) {
      const turns = await alternate(
        entrants,
        rounds,
        (entrant) => takeTurn(outputs, verb, entrant),
        createRandom(ORDER_SEED),
      );
      for (const entrant of entrants) {
        const peakBytes = await peakOf(context, verb, entrant);
        addMeasurements(context, section, verb, entrant, turns.get(entrant.id) ?? [], peakBytes);
      }
    }
  } finally {
    outputs.emptyLast();
    for (const data of files) {
      for (const peer of peers) rmSync(encodedPathOf(folder, data, peer), { recursive: true, force: true });
    }
  }
}

/** Not timed: compresses and restores, which warms everything up, and shows that what the peer writes is what it restores.
 * @param {import('../run.js').Context} context @param {FilePeer} peer @param {FileData} data @param {string} digest of data
 * @returns {Promise<Entrant>} */
async function enter({ folder, outputs, sizes }, peer, data, digest) {
  const own = encodedPathOf(folder, data, peer);
  const znns = encodedPathOf(folder, data, { id: 'znn' });
  const encodedPath = peer.decompresses === 'source' ? data.path : peer.decompresses === 'znn' ? znns : own;
  if (encodedPath === own) {
    await runCommand(
      peer.command('compress', data.path, own, {
        ...{ stockDtype: data.stockDtype, targetBytes: 0 },
        ...{ original: data.path, encoded: own },
      }),
    );
  }
  const entrant = {
    id: `${data.id} ${peer.id}`,
    peer,
    data,
    ...(peer.isSlow ? { rounds: sizes.slowRounds } : {}),
    encodedPath,
    encodedBytes: totalBytesOf(encodedPath),
    digests: {
      compress: encodedPath === data.path ? digest : digestOf(encodedPath),
      decompress: digest,
    },
  };
  for (const verb of VERBS) await takeTurn(outputs, verb, entrant);
  return entrant;
}

/** @param {string} folder @param {FileData} data @param {{ id: string }} peer */
const encodedPathOf = (folder, data, peer) => path.join(folder, `${data.id}.${peer.id}.znn`);

/** One timed command. Its output is checked, outside the time: a compressed file must be the first one again, which has been
 * restored, a restored file the original.
 * @param {import('../outputs.js').Outputs} outputs @param {Verb} verb @param {Entrant} entrant @returns {Promise<Turn>} */
async function takeTurn(outputs, verb, { peer, data, encodedPath, encodedBytes, digests }) {
  const isCompress = verb === 'compress';
  const targetBytes = isCompress ? encodedBytes : totalBytesOf(data.path);
  const target = await outputs.next(isCompress ? 'output.znn' : 'output.safetensors', targetBytes);
  const about = { stockDtype: data.stockDtype, targetBytes, original: data.path, encoded: encodedPath };
  const command = peer.command(verb, isCompress ? data.path : encodedPath, target, about);
  const { seconds, stdout } = await runCommand(command);
  if (!peer.isFloor) checkDigest(digests[verb], target);
  else if (totalBytesOf(target) !== targetBytes) throw new Error(`${target} is of another size`);
  if (!peer.tellsSeconds) return { seconds };
  const told = JSON.parse(stdout);
  return { seconds, innerSeconds: told.seconds, peakBytes: told.peakBytes };
}

/** The memory of znn, in a run of its own, since looking takes time.
 * @param {import('../run.js').Context} context @param {Verb} verb @param {Entrant} entrant */
async function peakOf({ folder, outputs }, verb, entrant) {
  const { peer } = entrant;
  if (!peer.id.startsWith('znn')) return undefined;
  const peakFile = path.join(folder, 'peak');
  /** @type {FilePeer['command']} */
  const command = (...args) => withPeakMemory(peer.command(...args), peakFile);
  await takeTurn(outputs, verb, { ...entrant, peer: { ...peer, command } });
  return Number(readFileSync(peakFile, 'utf8'));
}

/** @param {import('../run.js').Context} context @param {import('../report.js').Section} section @param {Verb} operation
 * @param {Entrant} entrant @param {readonly Turn[]} turns @param {number} [watchedPeakBytes] */
function addMeasurements({ report }, section, operation, entrant, turns, watchedPeakBytes) {
  const { peer, data, encodedBytes } = entrant;
  const peakBytes = watchedPeakBytes ?? Math.max(...turns.map((turn) => turn.peakBytes ?? 0));
  const what = {
    section,
    dataSet: data.id,
    operation,
    threads: peer.threads ?? 0,
    rawBytes: totalBytesOf(data.path),
    encodedBytes,
    ...(peakBytes > 0 ? { peakBytes } : {}),
  };
  const samples = turns.map(({ seconds }) => seconds);
  report.measurements.push(measurementOf({ ...what, peer: peer.id, samples }));
  if (!peer.tellsSeconds) return;
  const inner = turns.map(({ innerSeconds = 0 }) => innerSeconds);
  report.measurements.push(measurementOf({ ...what, peer: `${peer.id}-inner`, samples: inner }));
}
