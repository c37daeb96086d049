// Preloaded into the command by a test: writes the most memory that the process had, all threads together, to the file
// named by ZNN_TEST_RSS_PATH.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () =>
    writeFileSync(process.env.ZNN_TEST_RSS_PATH ?? '', String(process.resourceUsage().maxRSS * 1024)),
  );
}
