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
import { AtomicFile } from '../../../src/io/outputs/atomic-file.js';
import { isNameTaken } from '../../../src/io/outputs/file-names.js';
import { isSameTime } from '../../../src/io/outputs/file-times.js';
import { makeDurable } from '../../../src/io/outputs/make-durable.js';
import { writeFully } from '../../../src/io/positional.js';
import { system } from '../../../src/io/system.js';
import { isTemporaryName, removeOpenTemporaries } from '../../../src/io/temporary/temporary-files.js';
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
  const calls = ['closeSync', 'linkSync', 'unlinkSync', 'fsync'] as const;
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

  test('a temporary file that somebody removed: the line says so, and not that the target is missing', async () => {
    const { folder, file } = begun('new');
    const [name = ''] = readdirSync(folder);
    real.unlinkSync(path.join(folder, name));
    await expect(file.commit(once)).rejects.toThrow(`another program removed ${name}`);
    file.discard();
    expect(readdirSync(folder)).toEqual([]);
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

describe('what a file system refuses', () => {
  const ANSWERS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EINVAL', 'EIO', 'EACCES', 'EROFS'];
  const durable = { isDurable: true, replacesExisting: false };

  test.each(ANSWERS)('mode, times: %s is told, and the file is there, private', async (code) => {
    const { folder, target, file } = begun('new');
    const refuse = failWith(code);
    Object.assign(system, { fchmodSync: refuse, lutimesSync: refuse });
    const like = Object.assign(statSync(folder, { bigint: true }), { mode: 0o100644n });
    expect(await file.commit({ ...once, like })).toEqual([
      { kind: 'mode', path: target, answer: code },
      { kind: 'times', path: target, answer: code },
    ]);
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });

  test('not even a look at the new file: it stays private', async () => {
    const { folder, target, file } = begun('new');
    const like = statSync(folder, { bigint: true });
    system.fstatSync = failWith('EIO') as never;
    expect((await file.commit({ ...once, like })).map(({ kind }) => kind)).toEqual(['mode']);
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });

  test('a mode that the file has already is not set, where that would only give an error', async () => {
    const { folder, file } = begun('new');
    system.fchmodSync = failWith('EPERM');
    const like = Object.assign(statSync(folder, { bigint: true }), { mode: 0o100600n });
    expect(await file.commit({ ...once, like })).toEqual([]);
  });

  test.each(['ENOSYS', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'])('fsync: %s is told', async (code) => {
    const { target, file } = begun('new');
    system.fsync = async () => failWith(code)();
    expect(await file.commit(durable)).toContainEqual({ kind: 'durability', path: target, answer: code });
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect((await makeDurable(target)).map(({ answer }) => answer)).toEqual([code, code]);
  });

  test.each(['EIO', 'ENOSPC', 'EDQUOT', 'EROFS'])(
    'fsync: %s says that bytes are lost, and fails',
    async (code) => {
      const { folder, file } = begun('new');
      system.fsync = async () => failWith(code)();
      await expect(file.commit(durable)).rejects.toMatchObject({ code: 'io' });
      file.discard();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test.each(['EINVAL', 'EBADF', 'ENOSYS', 'EOPNOTSUPP'])('sync of a folder: %s is told', async (code) => {
    const { folder, file } = begun('new');
    let calls = 0;
    system.fsync = async (fd) => (++calls === 1 ? real.fsync(fd) : failWith(code)());
    expect(await file.commit(durable)).toEqual([{ kind: 'durability', path: folder, answer: code }]);
  });

  test('a folder that may be written to and not be read cannot be synced, and is told', async () => {
    const { folder, file } = begun('new');
    system.openSync = failWith('EACCES');
    expect(await file.commit(durable)).toEqual([{ kind: 'durability', path: folder, answer: 'EACCES' }]);
  });

  test.each(['EPERM', 'ENOSYS', 'EXDEV', 'EROFS', 'EOPNOTSUPP', 'EISDIR', 'EMLINK', 'ENOTTY', 'UNKNOWN'])(
    'hard links: %s, and a rename gives the name, to nobody else',
    async (code) => {
      system.linkSync = failWith(code);
      const { folder, target, file } = begun('new');
      await file.commit(once);
      expect(readdirSync(folder)).toEqual(['target']);
      const other = new AtomicFile(target);
      const error = await other.commit(once).catch((thrown) => thrown);
      expect(isNameTaken(error)).toBe(true);
      other.discard();
      expect(readFileSync(target, 'utf8')).toBe('new');
      expect(readdirSync(folder)).toEqual(['target']);
    },
  );

  test.each(['EPERM', 'ENOSYS', 'EINVAL', 'EOPNOTSUPP'])(
    'a length: %s, and what is written gives it',
    async (code) => {
      system.ftruncateSync = failWith(code);
      const { target, file } = begun('new');
      file.setLength(100);
      file.setLength(3);
      await file.commit(once);
      expect(readFileSync(target, 'utf8')).toBe('new');
      const other = begun('too long').file;
      expect(() => other.setLength(3)).toThrow(code);
      other.discard();
    },
  );

  test('a length that is refused for want of space is a failure at once', () => {
    system.ftruncateSync = failWith('ENOSPC');
    const { file } = begun('new');
    expect(() => file.setLength(100)).toThrow('no space left');
    file.discard();
  });
});

describe('a target of a name as long as can be', () => {
  test('where names may have 143 bytes, and where they may have 255', async () => {
    const folder = temporaryFolder();
    for (const [nameMax, name] of [
      [143, 'x'.repeat(143)],
      [255, 'é'.repeat(127)],
    ] as const) {
      const open = ((filePath: string, ...more: never[]) => {
        if (Buffer.byteLength(path.basename(filePath)) > nameMax) failWith('ENAMETOOLONG')();
        return (real.openSync as (...all: unknown[]) => number)(filePath, ...more);
      }) as typeof system.openSync;
      system.openSync = open;
      const file = new AtomicFile(path.join(folder, name));
      await file.commit(once);
      expect(readdirSync(folder)).toContain(name);
      // One that is too long for the file system itself fails as it should.
      expect(() => new AtomicFile(path.join(folder, 'sub', 'x'))).toThrow('no such file');
    }
  });
});
