import {
  chmodSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AtomicFile } from '../../../src/io/atomic-file.js';
import { isSameTime } from '../../../src/io/file-times.js';
import { writeFully } from '../../../src/io/positional.js';
import { system } from '../../../src/io/system.js';
import { isTemporaryName, removeOpenTemporaries } from '../../../src/io/temporary-files.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const real = { ...system };
afterEach(() => {
  Object.assign(system, real);
});

const failWith = (code: string) => () => {
  throw Object.assign(new Error(code), { code, syscall: 'test' });
};

function begun(text: string): { folder: string; target: string; file: AtomicFile } {
  const folder = temporaryFolder();
  const target = path.join(folder, 'target');
  const file = new AtomicFile(target);
  writeFully(file.fd, Buffer.from(text), 0);
  return { folder, target, file };
}

const once = { isDurable: false, replacesExisting: false };

describe('before commit', () => {
  test('the target does not exist, and the temporary file is private', () => {
    const { folder, file } = begun('new');
    const [name, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(isTemporaryName(name as string)).toBe(true);
    expect(statSync(path.join(folder, name as string)).mode & 0o777).toBe(0o600);
    file.discard();
  });

  test('discard leaves nothing, and may be called twice', () => {
    const { folder, file } = begun('new');
    file.discard();
    file.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a signal handler can remove it', () => {
    const { folder, file } = begun('new');
    removeOpenTemporaries();
    expect(readdirSync(folder)).toEqual([]);
    file.discard();
  });

  test('a target name of 255 bytes, of characters of two UTF-16 units, still has a temporary name', () => {
    const folder = temporaryFolder();
    const target = path.join(folder, `abc${'😀'.repeat(63)}`);
    const file = new AtomicFile(target);
    expect(isTemporaryName(readdirSync(folder)[0] as string)).toBe(true);
    removeOpenTemporaries();
    expect(readdirSync(folder)).toEqual([]);
    file.discard();
  });
});

describe('commit', () => {
  test.each([true, false])(
    'durable %s: the file has its name, and nothing else is left',
    async (isDurable) => {
      const { folder, target, file } = begun('new');
      await file.commit({ isDurable, replacesExisting: false });
      file.discard();
      expect(readdirSync(folder)).toEqual(['target']);
      expect(readFileSync(target, 'utf8')).toBe('new');
      expect(statSync(target).nlink).toBe(1);
    },
  );

  test('mode and times come from the source', async () => {
    const { folder, target, file } = begun('new');
    const source = path.join(folder, 'source');
    writeFileSync(source, 'old');
    chmodSync(source, 0o750);
    utimesSync(source, 1_600_000_000.5, 1_500_000_000.123457);
    const like = statSync(source, { bigint: true });
    await file.commit({ ...once, like });
    const made = statSync(target, { bigint: true });
    expect(Number(made.mode) & 0o777).toBe(0o750);
    expect(isSameTime(like.mtimeNs, made.mtimeNs)).toBe(true);
    expect(made.mtimeNs / 1000n).toBe(like.mtimeNs / 1000n);
  });

  test('a file that appeared in the meantime is kept', async () => {
    const { folder, target, file } = begun('new');
    writeFileSync(target, 'old');
    await expect(file.commit(once)).rejects.toMatchObject({ code: 'io', where: { file: target } });
    file.discard();
    expect(readdirSync(folder)).toEqual(['target']);
    expect(readFileSync(target, 'utf8')).toBe('old');
  });

  test('without hard links too', async () => {
    system.linkSync = failWith('EPERM');
    const { folder, target, file } = begun('new');
    writeFileSync(target, 'old');
    await expect(file.commit(once)).rejects.toMatchObject({ code: 'io' });
    file.discard();
    expect(readFileSync(target, 'utf8')).toBe('old');
    const other = new AtomicFile(path.join(folder, 'other'));
    await other.commit(once);
    expect(readdirSync(folder).sort()).toEqual(['other', 'target']);
  });

  test('replaces when told to, and leaves other links to the old file alone', async () => {
    const { folder, target, file } = begun('new');
    writeFileSync(target, 'old');
    linkSync(target, path.join(folder, 'link'));
    await file.commit({ isDurable: true, replacesExisting: true });
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(readFileSync(path.join(folder, 'link'), 'utf8')).toBe('old');
  });
});

describe('faults', () => {
  const calls = ['fchmodSync', 'futimesSync', 'closeSync', 'linkSync', 'unlinkSync', 'fsync'] as const;
  test.each(calls)('%s fails once: commit rejects, nothing temporary is left', async (call) => {
    const { folder, target, file } = begun('new');
    const like = statSync(folder, { bigint: true });
    system[call] = ((...args: unknown[]) => {
      Object.assign(system, real);
      if (call === 'closeSync') real.closeSync(args[0] as number);
      if (call === 'fsync') return Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
      return failWith('EIO')();
    }) as never;
    await expect(file.commit({ isDurable: true, replacesExisting: false, like })).rejects.toMatchObject({
      code: 'io',
      where: { file: target },
    });
    file.discard();
    expect(readdirSync(folder).filter(isTemporaryName)).toEqual([]);
    if (existsSync(target)) expect(readFileSync(target, 'utf8')).toBe('new');
  });

  test('a folder that cannot be written to', () => {
    const target = path.join(temporaryFolder(), 'missing', 'target');
    expect(() => new AtomicFile(target)).toThrow(
      expect.objectContaining({ code: 'io', where: { file: target } }),
    );
  });

  test('a system that cannot sync folders does not fail the run', async () => {
    const { target, file } = begun('new');
    system.openSync = failWith('EISDIR');
    await file.commit({ isDurable: true, replacesExisting: false });
    expect(readFileSync(target, 'utf8')).toBe('new');
  });
});
