import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { linesOf, runZnn } from '../support/znn-process.js';

const cwd = tmpdir();
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe.each(['compress', 'decompress', 'verify', 'info'])('help of %s', (command) => {
  test.each([[[command, '--help']], [[command, '-h']], [['help', command]]])('%j', async (args) => {
    const run = await runZnn(args, { cwd });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain(`Usage: znn ${command}`);
    expect(run.stdout).toMatch(/^Examples:\n( {2}znn .+\n)+/m);
    expect(run.stdout).toContain('--json');
  });
});

test('the program’s help names every command and the exit codes', async () => {
  const run = await runZnn(['--help'], { cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  for (const text of ['compress|c', 'decompress|d', 'verify', 'info', 'Exit codes:']) {
    expect(run.stdout).toContain(text);
  }
});

test.each(['--version', '-V'])('%s is the version of the package', async (flag) => {
  expect(await runZnn([flag], { cwd })).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([
  [['help'], 'Usage: znn [options] [command]'],
  [['help', 'help'], 'Usage: znn help [options] [command...]'],
  [['help', 'c'], 'Usage: znn compress|c [options] <path...>'],
  [['help', 'verify', 'x'], 'Usage: znn verify [options] <path...>'],
  [['help', 'cache'], 'Usage: znn cache [options] [command]'],
  [['help', 'cache', 'restore'], 'Usage: znn cache restore [options]'],
  [['cache', 'help'], 'Usage: znn cache [options] [command]'],
  [['cache', 'help', 'restore'], 'Usage: znn cache restore [options]'],
])('%j: %s', async (args, usage) => {
  const run = await runZnn(args, { cwd });
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(linesOf(run.stdout)[0]).toBe(usage);
});

test('without a command: the help, as an error', async () => {
  const run = await runZnn([], { cwd });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain('Usage: znn');
});

describe('usage errors: exit code 2, one line on stderr, nothing on stdout', () => {
  test.each([
    [['comprss', 'x'], "unknown command 'comprss' (Did you mean compress?)"],
    [['help', 'nope'], "unknown command 'nope'"],
    [['help', 'comprss'], "unknown command 'comprss' (Did you mean compress?)"],
    [['help', '--nope'], "unknown option '--nope'"],
    [['help', '--', '--version'], "unknown command '--version'"],
    [['help', 'cache', 'restor'], "unknown command 'restor' (Did you mean restore?)"],
    [['cache', 'help', 'nope'], "unknown command 'nope'"],
    [['compress'], "missing required argument 'path'"],
    [['compress', 'x', '--froce'], "unknown option '--froce' (Did you mean --force?)"],
    [['compress', 'x', '-o'], "option '-o, --output <path>' argument missing"],
    [['compress', 'x', '-T', 'many'], "--threads: 'many' is not a whole number from 0 to 256"],
    [['compress', 'x', '--threads=-1'], "--threads: '-1' is not a whole number"],
    [['compress', 'x', '--dtype', 'f64'], "--dtype: 'f64' is not one of auto, bytes, bf16"],
    [['compress', 'x', '--sha256', '--no-frame-index'], '--sha256'],
    [['compress', 'x', '--keep', '--rm'], "option '-k, --keep' cannot be used with option '--rm'"],
    [['compress', 'x', '-q', '-v'], "option '-q, --quiet' cannot be used with option '-v, --verbose'"],
    [['compress', ''], 'path: is empty'],
    [['compress', '-'], "path: '-' would be standard input, which is not supported"],
    [['decompress', 'x', '-o', '-'], "--output: '-' would be standard output, which is not supported"],
    [['verify', 'x', '-o', 'y'], "unknown option '-o'"],
    [['info', 'x', '--rm'], "unknown option '--rm'"],
  ])('%j', async (args, message) => {
    const run = await runZnn(args, { cwd });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(linesOf(run.stderr)).toEqual([expect.stringContaining(`znn: ${message}`)]);
  });
});
