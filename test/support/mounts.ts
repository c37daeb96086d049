// File systems that are made for a test and mounted, where the machine has what that takes: root, /dev/fuse, and the programs.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

const IMAGE_BYTES = 64 << 20;
const MOUNT_MS_MAX = 20_000;

/** How a file system in an image file is made and mounted. */
interface Kind {
  readonly make: readonly string[];
  readonly mount: (image: string, mountPoint: string) => readonly string[];
  /** The image must be made a device first. */
  readonly needsDevice: boolean;
}

const KINDS = {
  exfat: {
    make: ['mkfs.exfat'],
    mount: (image, point) => ['mount.exfat-fuse', '-d', '-o', 'umask=000,allow_other', image, point],
    needsDevice: true,
  },
  ntfs: {
    make: ['mkfs.ntfs', '-F', '-Q', '-q'],
    mount: (image, point) => ['ntfs-3g', '-o', 'no_detach,umask=000', image, point],
    needsDevice: false,
  },
} as const satisfies Record<string, Kind>;
export type ImageKind = keyof typeof KINDS;

const hasFuse = process.geteuid?.() === 0 && existsSync('/dev/fuse');
const runs = (program: string, ...args: string[]) => spawnSync(program, args).error === undefined;
const PYTHON = ['python3', '/usr/bin/python3'].find(
  (program) => hasFuse && spawnSync(program, ['-c', 'import fuse']).status === 0,
);

/** Whether this machine can mount such an image. */
export function canMount(kind: ImageKind): boolean {
  const { make, mount, needsDevice } = KINDS[kind];
  if (needsDevice && spawnSync('losetup', ['-f']).status !== 0) return false;
  return hasFuse && runs(make[0], '--version') && runs(mount('', '')[0] ?? '', '--version');
}

/** Whether it can mount a folder of which calls are refused. */
export const canDeny = PYTHON !== undefined;

/** A new file system, for the current test. */
export async function mountImage(kind: ImageKind): Promise<string> {
  const { make, mount, needsDevice } = KINDS[kind];
  const root = temporaryFolder();
  const [image, mountPoint] = [path.join(root, 'image'), path.join(root, 'mounted')];
  const fd = openSync(image, 'w');
  ftruncateSync(fd, IMAGE_BYTES);
  closeSync(fd);
  mkdirSync(mountPoint);
  const made = spawnSync(make[0], [...make.slice(1), image]);
  if (made.status !== 0) throw new Error(`${make[0]}: ${made.stderr}`);
  return mounted(mount(needsDevice ? deviceOf(image) : image, mountPoint), mountPoint);
}

/** Until the test ends, and then after what is mounted there. */
function deviceOf(image: string): string {
  const { status, stdout, stderr } = spawnSync('losetup', ['-f', '--show', image], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`losetup: ${stderr}`);
  onTestFinished(() => void spawnSync('losetup', ['-d', stdout.trim()]));
  return stdout.trim();
}

/** A folder of which `call=ERRNO` each are refused. */
export async function mountDenying(...refusals: readonly string[]): Promise<string> {
  const root = temporaryFolder();
  const [source, mountPoint] = [path.join(root, 'source'), path.join(root, 'mounted')];
  for (const folder of [source, mountPoint]) mkdirSync(folder);
  const script = path.join(import.meta.dirname, 'denying_fs.py');
  return mounted([PYTHON ?? '', script, source, mountPoint, ...refusals], mountPoint);
}

/** Runs a file system's program in the foreground until the test ends. */
async function mounted([program = '', ...args]: readonly string[], mountPoint: string): Promise<string> {
  const device = statSync(mountPoint).dev;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said = (said + text).slice(-2000);
    });
  const isEnded = new Promise((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    spawnSync('umount', [mountPoint]);
    child.kill();
    await isEnded;
  });
  for (const startMs = performance.now(); statSync(mountPoint).dev === device; await sleep(20)) {
    if (hasEnded(child) || performance.now() - startMs > MOUNT_MS_MAX) throw new Error(`${program}: ${said}`);
  }
  return mountPoint;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
