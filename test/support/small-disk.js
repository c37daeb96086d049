// Preloaded into the command by a test: every file system says that it has ZNN_TEST_FREE_BYTES left.
import { system } from '../../dist/io/system.js';

const free = BigInt(process.env.ZNN_TEST_FREE_BYTES ?? '0');
system.statfsSync = () => ({ bsize: 1n, bavail: free, blocks: free + 1n });
