// File to file, as users run it, start-up included: every peer on the same file, turn by turn, the source in the page cache.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { alternate } from '../alternate.js';
import { withPeakMemory } from '../peers.js';
import { runCommand } from '../processes.js';
import { measurementOf } from '../report.js';
import { assertSame, totalBytesOf } from '../same-bytes.js';

/** @typedef {'compress' | 'decompress'} Verb */
/** @typedef {import('../peers.js').FilePeer} FilePeer */
/** @typedef {{ id: string, path: string, stockDtype: string }} FileData a file, or a folder of them */
/** @typedef {{ id: string, peer: FilePeer, data: FileData, rounds?: number, encodedPath: string }} Entrant */
/** @typedef {{ section: import('../report.js').Section, rounds: number }} FilesRun */
/** @typedef {{ seconds: number, innerSeconds?: number, peakBytes?: number }} Turn */

const VERBS = /** @type {const} */ (['compress', 'decompress']);

/** Has every peer compress and restore every file, all of them in turn.
 * @param {import('../run.js').Context} context @param {readonly FilePeer[]} peers @param {readonly FileData[]} files
 * @param {FilesRun} run */
export async function measureFiles(context, peers, files, { section, rounds }) {
  const { folder } = context;
  /** @type {Entrant[]} */
  const entrants = files.flatMap((data) =>
    peers.map((peer) => ({
      id: `${data.id} ${peer.id}`,
      peer,
      data,
      ...(peer.isSlow ? { rounds: context.sizes.slowRounds } : {}),
      encodedPath: path.join(folder, `${data.id}.${peer.id}.znn`),
    })),
  );
  try {
    // Not timed: it warms everything up, and shows that what each peer writes is what it restores.
    for (const entrant of entrants) await checkRoundTrip(folder, entrant);
    for (const verb of VERBS) {
      const turns = await alternate(entrants, rounds, (entrant) => takeTurn(folder, verb, entrant));
      for (const entrant of entrants) {
        const peakBytes = await peakOf(folder, verb, entrant);
        addMeasurements(context, section, verb, entrant, turns.get(entrant.id) ?? [], peakBytes);
      }
    }
  } finally {
    for (const { encodedPath } of entrants) rmSync(encodedPath, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {Entrant} entrant */
async function checkRoundTrip(folder, entrant) {
  const { peer, data, encodedPath } = entrant;
  await runCommand(peer.command('compress', data.path, encodedPath, data));
  await takeTurn(folder, 'decompress', entrant);
}

/** One timed command. Its output is compared, outside the time: a compressed file with the first one, which has been
 * restored, a restored file with the original.
 * @param {string} folder @param {Verb} verb @param {Entrant} entrant @returns {Promise<Turn>} */
async function takeTurn(folder, verb, { peer, data, encodedPath }) {
  const [source, expected] = verb === 'compress' ? [data.path, encodedPath] : [encodedPath, data.path];
  const target = path.join(folder, verb === 'compress' ? 'output.znn' : 'output.safetensors');
  try {
    const { seconds, stdout } = await runCommand(peer.command(verb, source, target, data));
    assertSame(expected, target);
    if (!peer.tellsSeconds) return { seconds };
    const told = JSON.parse(stdout);
    return { seconds, innerSeconds: told.seconds, peakBytes: told.peakBytes };
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/** The memory of znn, in a run of its own, since looking takes time.
 * @param {string} folder @param {Verb} verb @param {Entrant} entrant */
async function peakOf(folder, verb, entrant) {
  const { peer } = entrant;
  if (!peer.id.startsWith('znn')) return undefined;
  const peakFile = path.join(folder, 'peak');
  /** @type {FilePeer['command']} */
  const command = (...args) => withPeakMemory(peer.command(...args), peakFile);
  await takeTurn(folder, verb, { ...entrant, peer: { ...peer, command } });
  return Number(readFileSync(peakFile, 'utf8'));
}

/** @param {import('../run.js').Context} context @param {import('../report.js').Section} section @param {Verb} operation
 * @param {Entrant} entrant @param {readonly Turn[]} turns @param {number} [watchedPeakBytes] */
function addMeasurements(
  { report },
  section,
  operation,
  { peer, data, encodedPath },
  turns,
  watchedPeakBytes,
) {
  const peakBytes = watchedPeakBytes ?? Math.max(...turns.map((turn) => turn.peakBytes ?? 0));
  const what = {
    section,
    dataSet: data.id,
    operation,
    threads: peer.threads ?? 0,
    rawBytes: totalBytesOf(data.path),
    encodedBytes: totalBytesOf(encodedPath),
    ...(peakBytes > 0 ? { peakBytes } : {}),
  };
  const samples = turns.map(({ seconds }) => seconds);
  report.measurements.push(measurementOf({ ...what, peer: peer.id, samples }));
  if (!peer.tellsSeconds) return;
  const inner = turns.map(({ innerSeconds = 0 }) => innerSeconds);
  report.measurements.push(measurementOf({ ...what, peer: `${peer.id}-inner`, samples: inner }));
}
