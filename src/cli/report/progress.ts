// The live display on stderr. It exists on a terminal only, so that nothing else ever receives control codes.

import { Format, type GenericFormatter, MultiBar } from 'cli-progress';
import ora from 'ora';
import type { FileTask, RunPlan } from '../../discover/tasks.js';
import type { RunObserver } from '../../run/types.js';
import { cutToColumns } from './cut-to-columns.js';
import { hasUnicode, wantsColors } from './display.js';
import { printable } from './printable.js';
import { formatBytes, formatDuration, formatSpeed } from './units.js';

const BAR_FORMAT = '{bar} {percentage} % | {value} of {total} | {speed} | {eta_formatted} left | {file}';
const BAR_CHARACTERS = 24;
const REDRAWS_PER_SECOND = 8;
/** Updates over which the time left is estimated. */
const ETA_UPDATES = 40;

/** A bar over all bytes of a run, in bytes of the sources. */
export interface Progress extends Required<Pick<RunObserver, 'onFileStart' | 'onProgress' | 'onFileEnd'>> {
  isLive(): boolean;
  /** Shows a line above the bar. */
  say(line: string): void;
  /** Removes the bar; again, it does nothing. */
  stop(): void;
}

/** Shows a spinner with `text` while `work` runs. */
export function withSpinner<Value>(text: string, work: () => Value): Value {
  // The cursor and stdin stay as they are: a process that is killed could not give them back.
  const spinner = ora({
    ...{ text, stream: process.stderr, hideCursor: false, discardStdin: false, isEnabled: true },
    ...(!wantsColors(process.env) && { color: false }),
    ...(!hasUnicode(process.env, process.platform) && { spinner: 'line' }),
  }).start();
  try {
    return work();
  } finally {
    spinner.stop();
  }
}

/** The line as wide as the terminal is now. cli-progress cuts by UTF-16 units, in the middle of an emoji. */
const formatLine: GenericFormatter = (options, params, payload) =>
  cutToColumns(Format.Formatter({ ...options, format: BAR_FORMAT }, params, payload), process.stderr.columns);

/** Stderr, as a terminal so wide that cli-progress cuts nothing. */
function uncutStream(): NodeJS.WritableStream {
  const { stderr } = process;
  const columns = Number.MAX_SAFE_INTEGER;
  return Object.assign(Object.create(stderr) as NodeJS.WriteStream, {
    columns,
    write: stderr.write.bind(stderr),
  });
}

export function startProgress(plan: RunPlan): Progress {
  const tasks = plan.groups.flatMap((group) => group.tasks);
  const totalBytes = tasks.reduce((sum, { sourceBytes }) => sum + sourceBytes, 0);
  const bars = new MultiBar({
    format: formatLine,
    stream: uncutStream(),
    barsize: BAR_CHARACTERS,
    barCompleteChar: '#',
    barIncompleteChar: '-',
    fps: REDRAWS_PER_SECOND,
    etaBuffer: ETA_UPDATES,
    // Called for every figure, shown or not; the time left may be a word.
    formatValue: (value, _options, type) =>
      type === 'value' || type === 'total' ? formatBytes(value) : String(value),
    formatTime: formatDuration,
    clearOnComplete: true,
    // Signals are handled in signals.ts; the terminal's own settings stay as they are.
    gracefulExit: false,
    hideCursor: null,
    linewrap: true,
  });
  const startMs = performance.now();
  const bar = bars.create(totalBytes, 0, { speed: '-', file: '' });
  const doneBytes = new Map<FileTask, number>();
  const show = (task: FileTask, sourceBytesDone: number) => {
    doneBytes.set(task, sourceBytesDone);
    const sum = [...doneBytes.values()].reduce((total, bytes) => total + bytes, 0);
    const speed = formatSpeed(sum, (performance.now() - startMs) / 1000);
    bar.update(Math.min(sum, totalBytes), { speed, file: printable(task.sourcePath) });
  };
  let isLive = true;
  return {
    isLive: () => isLive,
    onFileStart: (task) => show(task, 0),
    onProgress: (task, rawBytesDone, rawBytesTotal) =>
      show(task, rawBytesTotal === 0 ? 0 : task.sourceBytes * Math.min(1, rawBytesDone / rawBytesTotal)),
    onFileEnd: ({ task }) => show(task, task.sourceBytes),
    say: (line) => bars.log(`${line}\n`),
    stop() {
      if (!isLive) return;
      isLive = false;
      // Lines that were said since the last redraw appear with this one.
      bars.update();
      bars.stop();
    },
  };
}
