import { CommanderError } from 'commander';
import { readOptions, readRestoreOptions, UsageError } from '../../../src/cli/arguments/options.js';
import { argumentsForParser, createProgram } from '../../../src/cli/arguments/program.js';
import { utf8 } from '../../support/bytes.js';
import { mutate, type Random } from '../mutate.js';
import { ACCEPTED, Finding, type FuzzTarget, type Outcome, refusedFor } from '../target.js';

const LINES = [
  'compress\na.bin\n-o\nout/\n-T\n4\n--rm',
  'd\n--json\n-v\na.znn',
  'verify\n--include\n*.bin\n--\n-x',
  'info\na\n--exclude=b',
  'c\n--dtype\nbf16\n--no-frame-index\nx\n-kfq',
  'compress\nmodel\n--format\nsafetensors\n--all-dtypes\n--rm=each',
  'c\nmodel\n--format=safetensors\n--variant\n--lfs',
  'compress\nx\n--base\ny\n--limit\nframes=3\n--limit\nexpansion=100\n--sha256',
  'decompress\n--model\norg/name\n--revision\nmain\n-o\nout\n--dry-run',
  'check\nmodel\n--repair\n-o\nout',
  'cache\nrestore\n--model\norg/name\n--rm\n-q',
];
const WORDS = LINES.flatMap((line) => line.split('\n')).concat(
  ...[
    '',
    '-',
    '--',
    '-h',
    '--help',
    '-V',
    'help',
    '0',
    '-1',
    '1e3',
    '99999999999999999999',
    'NaN',
    '\0',
    '__proto__',
  ],
  ...[
    '--limit=__proto__=1',
    '--limit=frames=',
    '--limit=frames=1.5',
    '--format=x',
    '--dtype=',
    '-T=',
    '-Tx',
    '-o=',
  ],
);

/** A command line, its arguments divided by line feeds: parsed, or refused in one line. */
export const commandLine: FuzzTarget = {
  name: 'command-line',
  corpus: () => LINES.map(utf8),
  mutate(input, other, random) {
    if (random() & 1) return mutate(input, other, random);
    const args = new TextDecoder().decode(input).split('\n');
    for (let left = 1 + (random() % 4); left > 0; left--) changeArguments(args, random);
    return utf8(args.join('\n'));
  },
  run(input) {
    const args = new TextDecoder().decode(input).split('\n');
    let outcome: Outcome = refusedFor('nothing started');
    const program = createProgram(async (name, paths, flags) => {
      const read = () =>
        name === 'cache restore' ? readRestoreOptions(flags, 2) : readOptions(paths, flags, 2);
      outcome = usable(read);
    }, refuseManyLines);
    const subcommands = program.commands.flatMap(({ commands }) => commands);
    for (const command of [program, ...program.commands, ...subcommands])
      command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
    const parsed = usable(() => program.parse(argumentsForParser(args), { from: 'user' }));
    return parsed === ACCEPTED ? outcome : parsed;
  },
};

function changeArguments(args: string[], random: Random): void {
  const word = WORDS[random() % WORDS.length] ?? '';
  const at = random() % (args.length + 1);
  if (random() & 1) args.splice(at, 0, word);
  else args.splice(at, 1, ...(random() & 1 ? [word] : []));
}

/** Whether a command line came through, or was refused as one. */
function usable(action: () => unknown): Outcome {
  try {
    action();
    return ACCEPTED;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError || thrown instanceof UsageError)) throw thrown;
    refuseManyLines(thrown instanceof UsageError ? thrown.message : '');
    return refusedFor(thrown.message);
  }
}

function refuseManyLines(line: string): void {
  if (/\n/.test(line)) throw new Finding(`more than one line: ${JSON.stringify(line)}`);
}
