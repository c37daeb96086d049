import { canRedraw } from './display.js';

/** The command's two streams: data on stdout, messages on stderr. Lines are complete, so they never interleave. */
export interface Output {
  /** One line of data. */
  print(line: string): void;
  /** One line for a person. */
  say(line: string): void;
  /** Whether it is a terminal on which lines may be drawn over. */
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** The first failure to write, if any: a full disk behind a redirection, for instance. */
  readonly writeError: () => Error | undefined;
}

/** The process's own streams. A reader that went away (`znn info x | head -1`) is no error: the work goes on. */
export function processOutput(): Output {
  let firstError: Error | undefined;
  const remember = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') firstError ??= error;
  };
  process.stdout.on('error', remember);
  process.stderr.on('error', remember);
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    say: (line) => void process.stderr.write(`${line}\n`),
    stdoutIsTerminal: isTerminal(process.stdout),
    stderrIsTerminal: isTerminal(process.stderr),
    writeError: () => firstError,
  };
}

// A pseudo-terminal that nobody gave a size has 0 columns, and a display that divides by them never ends.
function isTerminal(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && stream.columns > 0 && canRedraw(process.env);
}
