// Preloaded into a znn command (`node --import`): at its end, writes the largest resident set of the process, in bytes, to
// the file that ZNN_BENCH_PEAK_FILE names.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

function peakBytes() {
  try {
    // The kernel's ru_maxrss starts from the parent's size at the fork; VmHWM is of this program alone.
    const [, kib] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // Not on Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

const target = process.env.ZNN_BENCH_PEAK_FILE;
if (isMainThread && target !== undefined)
  process.on('exit', () => writeFileSync(target, String(peakBytes())));
