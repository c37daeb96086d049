// What a start costs: the command that does nothing, a file of 1 MB, and Node itself.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { alternate } from '../alternate.js';
import { SEEDED_DATA_SETS } from '../data-sets.js';
import { checkDigest, digestOf, totalBytesOf } from '../digests.js';
import { root } from '../machine.js';
import { znnPeer } from '../peers.js';
import { runCommand } from '../processes.js';
import { measurementOf } from '../report.js';

const SMALL_FILE_BYTES = 1_000_000;

/** @param {import('../run.js').Context} context */
export async function measureStartUp({ folder, sizes, report }) {
  const source = path.join(folder, 'small.safetensors');
  const encoded = path.join(folder, 'small.znn');
  const target = path.join(folder, 'small.output');
  const { write, stockDtype } = /** @type {import('../data-sets.js').DataSet} */ (SEEDED_DATA_SETS[0]);
  const about = { stockDtype, targetBytes: 0 };
  write(source, SMALL_FILE_BYTES);
  const znn = znnPeer();
  await runCommand(znn.command('compress', source, encoded, about));
  const node = (/** @type {string[]} */ ...args) => ({ program: process.execPath, args });
  const peers = [
    { id: 'node', operation: 'start', command: node('-e', '0') },
    { id: 'znn', operation: 'start', command: node(path.join(root, 'bin', 'znn.cjs'), '--version') },
    {
      id: 'compress',
      operation: 'compress',
      command: znn.command('compress', source, target, about),
      expected: digestOf(encoded),
    },
    {
      id: 'decompress',
      operation: 'decompress',
      command: znn.command('decompress', encoded, target, about),
      expected: digestOf(source),
    },
  ];
  const rawBytes = totalBytesOf(source);
  // The first round warms up.
  const seconds = await alternate(peers, sizes.cheapRounds + 1, async ({ command, expected }) => {
    const finished = await runCommand(command);
    if (expected !== undefined) checkDigest(expected, target);
    rmSync(target, { force: true });
    return finished.seconds;
  });
  for (const { id, operation, expected } of peers) {
    report.measurements.push(
      measurementOf({
        section: 'start-up',
        dataSet: expected === undefined ? 'nothing' : 'small',
        operation: /** @type {import('../report.js').Operation} */ (operation),
        peer: id === 'node' ? 'node' : 'znn',
        threads: 0,
        rawBytes: expected === undefined ? 0 : rawBytes,
        samples: (seconds.get(id) ?? []).slice(1),
      }),
    );
  }
  rmSync(source);
  rmSync(encoded);
}
