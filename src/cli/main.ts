// The command `znn`. Its version, which scripts ask for, is answered before anything else is loaded.

import { startAhead } from './start-ahead.js';
import { version } from './version.js';

const VERSION_FLAGS: readonly (string | undefined)[] = ['-V', '--version'];

if (process.argv.length === 3 && VERSION_FLAGS.includes(process.argv[2])) {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A reader that has seen enough is no failure; a full disk is.
    process.exitCode = code === 'EPIPE' ? 0 : 1;
  });
  process.stdout.write(`${version}\n`);
} else {
  void run();
}

async function run(): Promise<void> {
  await startAhead(process.argv.slice(2));
  const { runCommandLine } = await import('./command-line.js');
  await runCommandLine();
}
