// What a terminal is sent, by what its environment says that it can show and its user wants to see.

import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { fileTree } from '../support/file-tree.js';
import { linesOf, runZnn } from '../support/znn-process.js';

/** A run on a terminal of 100 columns, unless told otherwise. */
const onTerminal = (env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) =>
  runZnn(['c', 'm', '-o', 's'], { cwd: fileTree({ 'm/a.bin': 'x', ...files }), terminal: true, env });

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const COLORS = /\x1b\[[\d;]*m/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const CURSOR_MOVE = /\x1b\[\d*[A-Z]/;
const columnsOf = (line: string) => stringWidth(line);
const CONTROL_CODES = /(?!\n)\p{Cc}/u;

describe('colours', () => {
  test.each([{}, { NO_COLOR: '' }])('are there where they are forced: %j', async (env) => {
    const { stderr } = await onTerminal({ FORCE_COLOR: '1', ...env });
    expect(stderr).toMatch(COLORS);
    expect(stderr).not.toContain('Warning');
  });

  test.each([{ NO_COLOR: '1' }, { NO_COLOR: '0' }, { NO_COLOR: 'false' }, { FORCE_COLOR: '0' }])(
    'are not with %j',
    async (env) => {
      const run = await onTerminal({ FORCE_COLOR: '1', ...env });
      expect(run.exitCode).toBe(0);
      expect(run.stderr + run.stdout).not.toMatch(COLORS);
      expect(run.stderr).toContain('Looking for files');
      expect(run.stderr).not.toContain('Warning');
    },
  );
});

test.each([{ TERM: 'dumb' }, { CI: 'true' }, { CI: '1' }, { TERM: 'dumb', FORCE_COLOR: '1' }])(
  '%j: nothing is drawn over; the lines are those of a pipe',
  async (env) => {
    const run = await onTerminal(env);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).not.toMatch(CONTROL_CODES);
    expect(linesOf(run.stdout)).toEqual([
      expect.stringMatching(/^compressed m\/a\.bin -> s\/a\.bin\.znn: /),
      expect.stringMatching(/^compressed 1 file: /),
    ]);
  },
);

test.each([{ CI: '' }, { CI: 'false' }, { TERM: 'xterm-256color' }])('%j: a bar is drawn', async (env) => {
  expect((await onTerminal(env)).stderr).toMatch(/[#-]{24} \d+ % /);
});

describe('in a locale', () => {
  const NOT_ASCII = /[^\0-\x7f]/;
  const none = { LC_ALL: '', LC_CTYPE: '', LANG: '' };

  test.each([
    { LC_ALL: 'C' },
    { LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' },
    { LC_CTYPE: 'de_DE.ISO-8859-1', LANG: 'de_DE.UTF-8' },
    { LANG: 'ja_JP.eucJP' },
    { LANG: 'en_US' },
    {},
  ])('without Unicode, %j, every character is ASCII', async (env) => {
    const run = await onTerminal({ ...none, ...env });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/[-\\|/] Looking for files/);
    expect(run.stderr + run.stdout).not.toMatch(NOT_ASCII);
  });

  test.each([
    { LANG: 'de_DE.UTF-8' },
    { LC_ALL: 'C.utf8', LANG: 'C' },
    { LC_CTYPE: 'ca_ES.UTF-8@valencia', LANG: 'C' },
  ])('with Unicode, %j, there are others', async (env) => {
    expect((await onTerminal({ ...none, ...env })).stderr).toMatch(NOT_ASCII);
  });
});

test.each([
  ['emoji', '🤗'],
  ['families', '👨‍👩‍👧‍👦'],
  ['flags', '🇨🇭'],
  ['Chinese', '模型'],
  ['accents of their own', 'e\u0301'],
])('a name of %s is cut between characters, and the line fits the terminal', async (_name, characters) => {
  for (const columns of [80, 81, 82, 83]) {
    // Names have 255 bytes at most.
    const name = `${characters.repeat(Math.floor(200 / Buffer.byteLength(characters)))}.bin`;
    const run = await onTerminal({ ZNN_TEST_COLUMNS: String(columns) }, { [`m/${name}`]: 'x' });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).not.toContain('\ufffd');
    const drawn = run.stderr.split(CURSOR_MOVE).filter((part) => part.includes('left | '));
    expect(drawn.length).toBeGreaterThan(0);
    for (const line of drawn) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
    expect(Math.max(...drawn.map(columnsOf))).toBeGreaterThan(columns - 3);
  }
});
