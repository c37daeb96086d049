import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findViolations, readLayerTable } from '../../../scripts/check-layers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const TABLE = readLayerTable(`
## Import table

| folder | imports | types only | packages and Node |
|---|---|---|---|
| \`format\` | | | \`@msgpack/msgpack\` in \`frame-index.ts\` |
| \`plan\` | \`format\` | \`pool/protocol\` | \`node:path\` |
| \`pool\` | \`plan/types\` | | |
| \`cli\` | \`plan\` | | |
| \`index.ts\` | \`format\` | | |
`);

/** A tree in which everything is allowed, with `files` added or replaced. */
function violationsWith(files: Record<string, string>): string[] {
  const folder = temporaryFolder();
  const tree = {
    'index.ts': `export { a } from './format/a.js';`,
    'format/a.ts': 'export const a = 1;',
    'cli/main.ts': 'console.log(process.argv);',
    ...files,
  };
  for (const [file, text] of Object.entries(tree)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return findViolations(folder, TABLE);
}

test('a tree that keeps to the table passes', () => {
  expect(violationsWith({})).toEqual([]);
});

describe('what the table forbids', () => {
  test.each([
    [
      'a folder',
      { 'format/a.ts': `import '../cli/main.js'; export const a = 1;` },
      'format may not import cli/main.ts',
    ],
    [
      'a Node module',
      { 'format/a.ts': `import 'node:fs'; export const a = 1;` },
      'format may not import node:fs',
    ],
    [
      'a package outside its file',
      { 'format/a.ts': `import '@msgpack/msgpack/x'; export const a = 1;` },
      'format may not import @msgpack/msgpack',
    ],
    [
      'a dynamic import',
      { 'format/a.ts': `export const a = () => import('../cli/main.js');` },
      'format may not import cli/main.ts',
    ],
    [
      'an import type',
      { 'format/a.ts': `export const a: import('../cli/main.js').X = 1;` },
      'format may not import types of cli/main.ts',
    ],
    [
      'a value where only types may pass',
      {
        'cli/main.ts': `import '../plan/p.js';`,
        'plan/p.ts': `import { x } from '../pool/protocol.js';`,
        'pool/protocol.ts': 'export const x = 1;',
      },
      'plan may not import pool/protocol.ts',
    ],
    [
      'a folder without a row',
      { 'misc/b.ts': `import '../format/a.js';` },
      'folder "misc" is not in the import table',
    ],
    [
      'a file that is not there',
      { 'format/a.ts': `import './b.js'; export const a = 1;` },
      './b.js is no source file',
    ],
    ['process', { 'format/a.ts': 'export const a = process.env;' }, 'only cli may touch process'],
    [
      'the global process',
      { 'format/a.ts': 'export const a = globalThis.process;' },
      'only cli may touch process',
    ],
    ['console', { 'format/a.ts': 'console.log(1); export const a = 1;' }, 'only cli may touch console'],
    ['a file that nobody imports', { 'format/b.ts': 'export {};' }, 'format/b.ts: nobody imports it'],
    [
      'a cycle',
      {
        'format/a.ts': `import './b.js'; export const a = 1;`,
        'format/b.ts': `import './c.js';`,
        'format/c.ts': `import type { x } from './b.js';`,
      },
      'format/b.ts: a cycle of imports: format/b.ts → format/c.ts → format/b.ts',
    ],
    [
      'a cycle of folders, of different files',
      {
        'cli/main.ts': `import '../plan/p.js';`,
        'plan/p.ts': `import type { x } from '../pool/protocol.js';`,
        'pool/protocol.ts': `import type { t } from '../plan/types.js'; export const x = 1;`,
        'plan/types.ts': 'export const t = 1;',
      },
      'plan: a cycle of folders: plan → pool → plan',
    ],
    [
      'a name of a room that is on the other side',
      {
        'format/a.ts': `import './encode/x.js'; export const a = 1;`,
        'format/encode/x.ts': `import type { b } from '../decode/y.js';`,
        'format/decode/y.ts': 'export const b = 1;',
      },
      'encode and decode sides may not import each other (format/decode/y.ts)',
    ],
    [
      'the decode side in the encode side',
      {
        'format/a.ts': `import './x-encode.js'; export const a = 1;`,
        'format/x-encode.ts': `import type { b } from './x-decode.js';`,
        'format/x-decode.ts': 'export const b = 1;',
      },
      'encode and decode sides may not import each other (format/x-decode.ts)',
    ],
  ])('%s', (_what, files, message) => {
    expect(violationsWith(files).join('\n')).toContain(message);
  });
});

describe('what the table allows', () => {
  test.each([
    [
      'a package in its file',
      {
        'format/a.ts': `import './frame-index.js'; export const a = 1;`,
        'format/frame-index.ts': `import '@msgpack/msgpack';`,
      },
    ],
    [
      'types where only types may pass',
      {
        'cli/main.ts': `import '../plan/p.js';`,
        'plan/p.ts': `import type { x } from '../pool/protocol.js'; import path from 'node:path';`,
        'pool/protocol.ts': 'export const x = 1;',
      },
    ],
    ['members named like globals', { 'format/a.ts': 'export const a = { process: 1 }.process;' }],
  ])('%s', (_what, files) => {
    expect(violationsWith(files)).toEqual([]);
  });
});

test('the table of the document is read in full', () => {
  const table = readLayerTable(readFileSync('docs/architecture.md', 'utf8'));
  expect([...table.keys()].sort()).toEqual([
    ...[
      'check',
      'cli',
      'codec',
      'discover',
      'errors.ts',
      'format',
      'hub',
      'index.ts',
      'info',
      'io',
      'kernels',
    ],
    ...['layout', 'library', 'node-version.ts', 'pool', 'run', 'sources'],
  ]);
  expect(table.get('format')?.imports).toEqual([]);
});
