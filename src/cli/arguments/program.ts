import { Command, Option } from 'commander';
import { version } from '../version.js';
import { EXIT_CODES_SECTION, examplesSection } from './help.js';
import { addHelpCommand } from './help-command.js';
import type { RawFlags } from './options.js';

export type CommandName = 'compress' | 'decompress' | 'verify' | 'info' | 'check' | 'cache restore';

/** How `--rm=each` is spelled for the parser: an option with a value that may be missing would take a path for it. */
const REMOVE_EACH_FLAG = '--rm-each';

/** What a parsed command line starts. */
export type StartCommand = (name: CommandName, paths: string[], flags: RawFlags) => Promise<void>;

/** The command line's grammar. Parsing throws CommanderError instead of ending the process.
 * @param say writes one line to stderr */
export function createProgram(start: StartCommand, say: (line: string) => void): Command {
  const program = new Command('znn')
    .description('Losslessly compress AI model weights, and restore them bit for bit, in the ZipNN format.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', `${EXIT_CODES_SECTION}\n\nEach command's --help shows examples.`)
    .exitOverride()
    .configureOutput({ outputError: (text) => say(`znn: ${oneLine(text)}`) });

  const add = (name: CommandName, alias: string | undefined, description: string) => {
    const command = program.command(name).description(description);
    if (alias !== undefined) command.alias(alias);
    return command
      .argument('[path...]', 'files, folders or globs')
      .usage('[options] <path...>')
      .addHelpText('after', examplesSection(name))
      .action((paths: string[], flags: RawFlags) => {
        // Checked here, since --model takes the place of paths.
        if (paths.length === 0 && flags.model === undefined)
          command.error("missing required argument 'path'");
        return start(name, paths, flags);
      });
  };

  const compress = add('compress', 'c', 'compress weight files, or a whole model folder');
  addOutputOptions(compress);
  compress
    .option('--dtype <dtype>', 'element type of the data: auto, bytes, bf16, f16, f32, i32', 'auto')
    .option('--no-frame-index', 'leave out the index of frames and their checksums')
    .option('--sha256', "store the original's SHA-256 too")
    .option('--format <format>', 'znn, or safetensors: x.znn.safetensors, tensor by tensor', 'znn')
    .option('--variant', 'keep the index, and write model.safetensors.index.znn.json for variant="znn"')
    .option('--all-dtypes', 'with --format safetensors: integers too; stock readers will not decode those')
    .option('--base <path>', 'compress against this file, or a folder against the same names in this one')
    .option(
      '--lfs',
      'have Git LFS track the outputs: add their line to .gitattributes, even if there is none',
    );
  addModelOptions(compress);
  addCommonOptions(compress);

  const decompress = add('decompress', 'd', 'restore compressed files, or a whole model folder');
  addOutputOptions(decompress);
  addModelOptions(decompress);
  decompress.option('--base <path>', 'what delta files were compressed against: a file or a folder');
  addCommonOptions(decompress);

  const verify = add('verify', undefined, 'decode everything and write nothing');
  verify.option('--base <path>', 'what delta files were compressed against: checked too');
  addCommonOptions(verify);
  addCommonOptions(add('info', undefined, 'say what a file is and what is in it'), { isRun: false });
  const check = add(
    'check',
    undefined,
    'say what is wrong with a model folder or a file, and repair it elsewhere',
  );
  check
    .option('--repair', 'make new files of those that can be rebuilt; needs -o')
    .option('-o, --output <path>', 'with --repair: the new file, or the folder for new files');
  addCommonOptions(check, { isRun: false });
  addCacheCommand(program, start);
  addHelpCommand(program);
  return program;
}

function addCacheCommand(program: Command, start: StartCommand): void {
  const cache = program.command('cache').description('work on the Hugging Face cache');
  cache
    .command('restore')
    .description('restore the .znn files of a cached model, where they are, without changing any blob')
    .requiredOption('--model <org/name>', 'the model, as the Hub names it')
    .option('--revision <revision>', 'a branch, tag, ref or commit; main unless given')
    .option('--dry-run', 'print what would be done, do nothing')
    .option('--rm', 'remove the .znn blobs that no revision links to any more')
    .option('--no-space-check', 'start even if the free space cannot be enough')
    .option('-T, --threads <number>', 'threads; 0 stands for all processors', '0')
    .addOption(new Option('-q, --quiet', 'print errors only').conflicts('verbose'))
    .option('--json', 'print JSON lines: one object a file, then a summary')
    .option('-v, --verbose', 'print more')
    .addHelpText('after', examplesSection('cache restore'))
    .action((flags: RawFlags) => start('cache restore', [], flags));
  addHelpCommand(cache);
}

function addModelOptions(command: Command): void {
  command
    .option('--model <org/name>', 'a model in the Hugging Face cache, in place of paths; needs -o')
    .option('--revision <revision>', 'of the model: a branch, tag, ref or commit; main unless given');
}

/** A command line as the parser takes it. */
export function argumentsForParser(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => (arg === '--rm=each' && (end < 0 || i < end) ? REMOVE_EACH_FLAG : arg));
}

function addOutputOptions(command: Command): void {
  command
    .option('-o, --output <path>', 'output file, or folder for a folder or several files')
    .option('-f, --force', 'replace existing outputs, up to date or not')
    .option(
      '-u, --update',
      'replace existing outputs that are not what their sources give, whoever made them',
    )
    .option('--checksum', 'compare all of an existing output with its source, not a sample of large ones')
    .option(
      '--rm',
      'remove the sources once all outputs are durable, read again and found equal; --rm=each removes each source ' +
        'once its own output is, for want of space',
    )
    .addOption(new Option(REMOVE_EACH_FLAG).hideHelp())
    .addOption(new Option('-k, --keep', 'keep the sources (the default)').conflicts(['rm', 'rmEach']))
    .option('--fsync', 'make every output durable before it gets its name')
    .option('--no-space-check', 'start even if the free space cannot be enough')
    .option('--dry-run', 'print what would be done, do nothing');
}

function addCommonOptions(command: Command, { isRun = true } = {}): void {
  if (isRun) {
    command
      .option('-T, --threads <number>', 'threads; 0 stands for all processors', '0')
      .addOption(new Option('-q, --quiet', 'print errors only').conflicts('verbose'));
  }
  command
    .option(
      '--limit <name=number>',
      'how much a file may make a run take: raw-bytes, expansion, frames, header-bytes, tensors, index-bytes; repeatable',
      collect,
    )
    .option('--include <glob>', 'in folders take these files instead of the usual ones; repeatable', collect)
    .option('--exclude <glob>', 'in folders leave these files and folders as they are; repeatable', collect)
    .option('--omit <glob>', 'in folders pass these by: they are not copied either; repeatable', collect)
    .option('--json', 'print JSON lines: one object a file, then a summary')
    .option('-v, --verbose', 'print more');
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

// commander puts its suggestion on a second line.
function oneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ');
}
