import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { system } from '../../../src/io/system.js';
import { ownProcess } from '../../../src/io/temporary/process-identity.js';
import { removeStaleTemporaries } from '../../../src/io/temporary/stale-temporaries.js';
import {
  isTemporaryName,
  registerTemporary,
  removeOpenTemporaries,
  temporaryPathFor,
} from '../../../src/io/temporary/temporary-files.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** The id of a process that has ended. */
const gonePid = () => spawnSync(process.execPath, ['-e', '']).pid;

const nameOf = ({ host, pid, start }: typeof ownProcess) =>
  `.model.znn.${host}-${pid}-${start}-00000000.znn-tmp`;

function leftAfterCleaning(...names: string[]): string[] {
  const folder = temporaryFolder();
  for (const name of names) writeFileSync(path.join(folder, name), '');
  removeStaleTemporaries(folder);
  return readdirSync(folder);
}

test('a name is new each time, hidden, and recognised', () => {
  const [one, other] = [temporaryPathFor('/a/b\n.znn'), temporaryPathFor('/a/b\n.znn')];
  expect(one).not.toBe(other);
  expect(path.dirname(one)).toBe('/a');
  expect(isTemporaryName(path.basename(one))).toBe(true);
});

test('files of a process that is gone are removed', () => {
  expect(leftAfterCleaning(nameOf({ ...ownProcess, pid: gonePid(), start: 'deadbeef' }))).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'files of a process that nobody waited for are removed',
  async () => {
    // The shell's child ends; the program that takes the shell's place never asks for it.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill());
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const name = nameOf({ ...ownProcess, pid: Number(line), start: 'deadbeef' });
    await expect.poll(() => leftAfterCleaning(name)).toEqual([]);
  },
);

test('files of an earlier process with our number are removed: containers count from 1 each time', () => {
  expect(leftAfterCleaning(nameOf({ ...ownProcess, start: 'deadbeef' }))).toEqual([]);
});

test('files of live processes stay', () => {
  const names = [nameOf(ownProcess), nameOf({ ...ownProcess, pid: process.ppid, start: 'deadbeef' })].sort();
  expect(leftAfterCleaning(...names)).toEqual(names);
});

describe('files of processes whose numbers do not count here', () => {
  const HOUR = 3_600_000_000_000n;
  const elsewhere = { host: 'elsewhere', pid: 1, start: 'deadbeef' };

  /** Of this machine's name: another container or boot, a version without namespaces, one that adds more. */
  const OTHERS = [
    elsewhere,
    { ...elsewhere, host: ownProcess.host.replace(/.{8}$/, '00000000') },
    { ...elsewhere, host: ownProcess.host.slice(0, -8) || 'host' },
    { ...elsewhere, host: `${ownProcess.host}1`, pid: process.pid },
  ];

  const real = { ...system };
  afterEach(() => {
    Object.assign(system, real);
  });

  interface Age {
    readonly mtime?: bigint;
    readonly ctime?: bigint;
    readonly birthtime?: bigint;
  }

  /** What is left of files that are as old as said, in hours, by the clock of a file system that is years behind. */
  function leftAtAges(names: readonly string[], { mtime = 0n, ctime = 0n, birthtime = 0n }: Age): string[] {
    const nowNs = 10n ** 18n;
    system.lstatSync = ((filePath: string, options?: object) => {
      const stats = lstatSync(filePath, options);
      const times = {
        mtimeNs: nowNs - mtime * HOUR,
        ctimeNs: nowNs - ctime * HOUR,
        birthtimeNs: nowNs - birthtime * HOUR,
      };
      return names.includes(path.basename(filePath)) && options !== undefined
        ? Object.assign(stats, times)
        : stats;
    }) as never;
    system.fstatSync = (() => ({ mtimeNs: nowNs, ctimeNs: nowNs + HOUR })) as never;
    return leftAfterCleaning(...names);
  }

  test.each(OTHERS)('stay for a day: %o', (identity) => {
    const name = nameOf(identity);
    expect(leftAfterCleaning(name)).toEqual([name]);
    const fresh = [
      { mtime: 23n, ctime: 23n, birthtime: 23n },
      // Its source's time is set right before it gets its name.
      { mtime: 900_000n, ctime: 0n, birthtime: 90n },
      { mtime: 900_000n, ctime: 900_000n, birthtime: 1n },
      { mtime: 1n, ctime: 90n, birthtime: 90n },
      // A clock that is ahead.
      { mtime: -90n, ctime: -90n, birthtime: -90n },
    ];
    for (const age of fresh) expect(leftAtAges([name], age)).toEqual([name]);
    expect(leftAtAges([name], { mtime: 25n, ctime: 25n, birthtime: 25n })).toEqual([]);
  });

  test('stay where no file can be made that would tell the time', () => {
    const name = nameOf(elsewhere);
    system.openSync = () => {
      throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
    };
    expect(leftAtAges([name], { mtime: 90n, ctime: 90n, birthtime: 90n })).toEqual([name]);
  });

  test('the file that tells the time goes, whatever comes of it', () => {
    system.fstatSync = (() => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    }) as never;
    expect(leftAfterCleaning(nameOf(elsewhere))).toEqual([nameOf(elsewhere)]);
  });
});

describe.runIf(process.platform === 'linux')('where numbers of processes count', () => {
  /** The name of this process as another module sees it, on a machine that answers so. */
  async function hostWith(answers: { boot?: string; namespace?: string }): Promise<string> {
    vi.resetModules();
    const fresh = (await import('../../../src/io/system.js')).system;
    const real = { ...fresh };
    onTestFinished(() => void Object.assign(fresh, real));
    if (answers.namespace !== undefined) fresh.readlinkSync = (() => answers.namespace) as never;
    if (answers.boot !== undefined)
      fresh.readSync = ((_fd: number, bytes: Buffer) => bytes.write(answers.boot ?? '', 'latin1')) as never;
    if (answers.boot === undefined || answers.namespace === undefined)
      fresh.openSync = () => {
        throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
      };
    const { hostOfProcesses } = await import('../../../src/io/temporary/process-host.js');
    const host = hostOfProcesses();
    Object.assign(fresh, real);
    return host;
  }

  const here = { boot: 'fb97434f-ea31-4a91-8a42-f1786a485636\n', namespace: 'pid:[4026531836]' };

  test('two containers with one host name, and two boots, are told apart; one is itself each time', async () => {
    const hosts = [
      await hostWith(here),
      await hostWith({ ...here, namespace: 'pid:[4026531837]' }),
      await hostWith({ ...here, boot: '0b97434f-ea31-4a91-8a42-f1786a485636\n' }),
      // Nothing is known: like no other, not even itself.
      await hostWith({}),
      await hostWith({}),
      await hostWith({ ...here, boot: '' }),
    ];
    expect(new Set(hosts).size).toBe(hosts.length);
    for (const host of hosts) expect(host).toMatch(/^[A-Za-z0-9]{9,24}$/);
    expect(await hostWith(here)).toBe(hosts[0]);
  });
});

test('the longest name has 255 bytes at most', () => {
  const longest = path.basename(temporaryPathFor(`/a/${'é'.repeat(127)}`));
  const room = 24 - ownProcess.host.length + 10 - String(process.pid).length;
  expect(Buffer.byteLength(longest) + room).toBeLessThanOrEqual(255);
});

describe('a temporary folder', () => {
  const stale = nameOf({ ...ownProcess, start: 'deadbeef' });

  test('of a process that is gone is removed with the files in it', () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, stale));
    for (const name of ['A', 'a', '.x']) writeFileSync(path.join(folder, stale, name), '');
    removeStaleTemporaries(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('never reaches beyond itself: folders in it stay, and of a link only the link goes', () => {
    const [folder, other] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(path.join(other, 'kept'), '');
    symlinkSync(other, path.join(folder, stale));
    const deep = nameOf({ ...ownProcess, start: 'deadbee0' });
    mkdirSync(path.join(folder, deep, 'sub'), { recursive: true });
    removeStaleTemporaries(folder);
    expect(readdirSync(folder)).toEqual([deep]);
    expect(readdirSync(other)).toEqual(['kept']);
  });

  test('of this process is removed by a signal handler', () => {
    const target = temporaryPathFor(path.join(temporaryFolder(), 'probe'));
    mkdirSync(target);
    writeFileSync(path.join(target, 'a'), '');
    registerTemporary(target);
    removeOpenTemporaries();
    expect(readdirSync(path.dirname(target))).toEqual([]);
  });
});

test('names that only look alike stay', () => {
  const names = ['.model.znn-tmp', 'model.znn', `x${nameOf({ ...ownProcess, start: 'deadbeef' })}`];
  expect(leftAfterCleaning(...names)).toEqual([...names].sort());
});

test('a folder that does not exist is no error', () => {
  expect(() => removeStaleTemporaries('/nonexistent/folder')).not.toThrow();
});
