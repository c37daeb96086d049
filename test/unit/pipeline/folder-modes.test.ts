import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { system } from '../../../src/io/system.js';
import { fileTree } from '../../support/file-tree.js';
import { run, statusesOf } from '../../support/run-verb.js';

const real = { ...system };
afterEach(() => {
  Object.assign(system, real);
});

const weights = 'abcdefgh'.repeat(500);
const modeOf = (...parts: string[]) => (statSync(path.join(...parts)).mode & 0o7777).toString(8);

/** A model with a sub-folder, both of these modes, beside which outputs go. */
function modelOf(mode: number, subMode = mode): string {
  const root = fileTree({ 'm/a.bin': weights, 'm/sub/b.bin': weights, 'm/sub/empty/': '' });
  chmodSync(path.join(root, 'm/sub'), subMode);
  chmodSync(path.join(root, 'm'), mode);
  return root;
}

async function thereAndBack(root: string): Promise<string[]> {
  const [small, back] = [path.join(root, 's'), path.join(root, 'back')];
  const out = statusesOf(await run('compress', path.join(root, 'm'), { outputPath: small }));
  return [...out, ...statusesOf(await run('decompress', small, { outputPath: back }))];
}

describe('folders that a run makes have the modes of those that they stand for, there and back', () => {
  test.each([
    ['private', 0o700, 0o700],
    ['of a group', 0o750, 0o770],
    ['that nobody may write to', 0o555, 0o500],
    ['setgid', 0o2755, 0o2770],
    ['sticky', 0o1777, 0o3770],
    ['beyond what the mask lets through', 0o777, 0o722],
  ])('%s', async (_, mode, subMode) => {
    const root = modelOf(mode, subMode);
    expect(await thereAndBack(root)).toEqual([
      'done a.bin',
      'done b.bin',
      'done a.bin.znn',
      'done b.bin.znn',
    ]);
    for (const name of ['s', 'back']) {
      expect([modeOf(root, name), modeOf(root, name, 'sub')]).toEqual([
        modeOf(root, 'm'),
        modeOf(root, 'm/sub'),
      ]);
    }
    expect(modeOf(root, 'back/sub/empty')).toBe(modeOf(root, 'm/sub/empty'));
  });

  test('a folder that inherits setgid keeps it', async () => {
    const root = modelOf(0o750);
    mkdirSync(path.join(root, 'shared'));
    chmodSync(path.join(root, 'shared'), 0o2755);
    await run('compress', path.join(root, 'm'), { outputPath: path.join(root, 'shared/s') });
    expect([modeOf(root, 'shared/s'), modeOf(root, 'shared/s/sub')]).toEqual(['2750', '2750']);
  });
});

describe('other folders', () => {
  test('what is there stays as it is', async () => {
    const root = modelOf(0o700);
    mkdirSync(path.join(root, 's'));
    chmodSync(path.join(root, 's'), 0o711);
    await run('compress', path.join(root, 'm'), { outputPath: path.join(root, 's') });
    expect([modeOf(root, 's'), modeOf(root, 's/sub')]).toEqual(['711', '700']);
  });

  test('parents above the output have the mode of any new folder, and so has the folder of a single file', async () => {
    const root = modelOf(0o700);
    mkdirSync(path.join(root, 'usual'));
    await run('compress', path.join(root, 'm'), { outputPath: path.join(root, 'x/y/z') });
    await run('compress', path.join(root, 'm/a.bin'), { outputPath: path.join(root, 'w/a.znn') });
    const usual = modeOf(root, 'usual');
    expect(['x', 'x/y', 'x/y/z', 'w'].map((name) => modeOf(root, name))).toEqual([
      usual,
      usual,
      '700',
      usual,
    ]);
  });
});

describe('while a folder is filled', () => {
  test('it is open to nobody to whom the source is closed, at no time', async () => {
    const root = modelOf(0o750, 0o500);
    const seen = new Set<string>();
    for (const name of ['mkdirSync', 'fchmodSync', 'openSync'] as const) {
      system[name] = ((...args: never[]) => {
        const result = (real[name] as (...all: never[]) => unknown)(...args);
        const stats = statSync(path.join(root, 's'), { throwIfNoEntry: false });
        if (stats !== undefined) seen.add((stats.mode & 0o777).toString(8));
        return result;
      }) as never;
    }
    await run('compress', path.join(root, 'm'), { outputPath: path.join(root, 's') });
    expect([...seen]).toEqual(['700', '750']);
  });

  test('a file that fails leaves it writable, so that the next run can go on', async () => {
    const root = modelOf(0o555, 0o555);
    mkdirSync(path.join(root, 's/sub/b.bin.znn'), { recursive: true });
    chmodSync(path.join(root, 'm'), 0o755);
    mkdirSync(path.join(root, 'm/other'));
    writeFileSync(path.join(root, 'm/other/c.bin'), weights);
    chmodSync(path.join(root, 'm/other'), 0o555);
    const results = await run('compress', path.join(root, 'm'), { outputPath: path.join(root, 's') });
    expect(results.filter(({ status }) => status === 'failed')).toHaveLength(1);
    expect(modeOf(root, 's/other')).toBe('755');
  });
});

describe('a file system that takes no modes', () => {
  test.each(['EPERM', 'ENOSYS', 'EIO', 'EACCES'])(
    '%s: a note for all of the run, and folders stay private',
    async (code) => {
      const root = modelOf(0o755);
      system.fchmodSync = () => {
        throw Object.assign(new Error(code), { code, syscall: 'chmod' });
      };
      const notes: string[] = [];
      const results = await run('compress', path.join(root, 'm'), {
        outputPath: path.join(root, 's'),
        observer: { onNote: (text) => void notes.push(text) },
      });
      expect(statusesOf(results)).toEqual(['done a.bin', 'done b.bin']);
      expect(notes).toEqual([
        `${root}: this file system takes no modes (${code}): files keep its own; first s`,
      ]);
      expect(modeOf(root, 's')).toBe('700');
    },
  );
});

describe.runIf(process.geteuid?.() === 0)('run as root', () => {
  test("folders belong to the source's owner, and an owner that cannot be set is a note", async () => {
    const root = modelOf(0o2750);
    for (const name of ['m', 'm/sub', 'm/sub/empty']) chownSync(path.join(root, name), 1234, 2345);
    chmodSync(path.join(root, 'm'), 0o2750);
    await thereAndBack(root);
    for (const name of ['s', 's/sub', 'back', 'back/sub/empty']) {
      const { uid, gid } = statSync(path.join(root, name));
      expect([name, uid, gid]).toEqual([name, 1234, 2345]);
    }
    expect(modeOf(root, 'back')).toBe('2750');

    system.fchownSync = () => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM', syscall: 'chown' });
    };
    const notes: string[] = [];
    await run('compress', path.join(root, 'm'), {
      outputPath: path.join(root, 't'),
      observer: { onNote: (text) => void notes.push(text) },
    });
    expect(notes[0]).toContain('takes no owners (EPERM)');
    // What the group might do another group must not.
    expect(modeOf(root, 't')).toBe('2700');
  });
});
