// Runs jobs on real worker threads, which start from dist/: build first.

import { closeSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { ZnnError } from '../../../src/errors.js';
import type { DecodeFrame, EncodedFrame, FramePlan } from '../../../src/format/frame/frames.js';
import { decodeFrameHeader } from '../../../src/format/frame/header-decode.js';
import { JobControl } from '../../../src/pool/job/job-control.js';
import { createJobRunner } from '../../../src/pool/pool.js';
import { geometricBytes, uniformBytes } from '../../support/distributions.js';
import { sharedTemporaryFolder } from '../../support/temporary-folder.js';

const MIB = 1 << 20;
const folder = sharedTemporaryFolder();
const runners = new Map([1, 2, 3, 8].map((threads) => [threads, createJobRunner({ threads })]));
afterAll(() => Promise.all([...runners.values()].map((runner) => runner.close())));

function runnerOf(threads: number) {
  const runner = runners.get(threads);
  if (runner === undefined) throw new Error(`no runner of ${threads} threads`);
  return runner;
}

const source = path.join(folder, 'source');
const raw = Buffer.concat([
  geometricBytes(1, 9 * MIB, 90, 1.3),
  uniformBytes(2, 3 * MIB),
  new Uint8Array(4 * MIB),
]);
writeFileSync(source, raw);
const frames: FramePlan[] = Array.from({ length: 16 }, (_, index) => ({
  rawOffset: index * MIB,
  rawBytes: MIB,
  encoding: (['bytes', 'bf16', 'f32', 'auto'] as const)[index % 4] ?? 'auto',
}));

/** Runs `act` with the files open: the first for reading, the others for writing. */
async function withFiles<T>(names: string[], act: (...fds: number[]) => Promise<T>): Promise<T> {
  const fds = names.map((name, index) => openSync(path.join(folder, name), index === 0 ? 'r' : 'w+'));
  try {
    return await act(...fds);
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

async function compress(threads: number, name: string): Promise<readonly EncodedFrame[]> {
  const result = await withFiles(['source', name], (sourceFd = -1, targetFd = -1) =>
    runnerOf(threads).compress({ kind: 'compress', sourceFd, targetFd, frames, hasFrameIndex: false }),
  );
  expect(readFileSync(path.join(folder, name)).length).toBe(result.encodedBytes);
  return result.frames;
}

function decodeFramesOf(name: string, encoded: readonly EncodedFrame[]): DecodeFrame[] {
  const file = readFileSync(path.join(folder, name));
  return encoded.map((frame, index) => {
    const header = decodeFrameHeader(file.subarray(frame.frameOffset, frame.frameOffset + 32));
    return { ...header, frameOffset: frame.frameOffset, rawOffset: index * MIB, checksum: frame.checksum };
  });
}

const decompress = (threads: number, name: string, decodeFrames: readonly DecodeFrame[], target: string) =>
  withFiles([name, target], (sourceFd = -1, targetFd = -1) =>
    runnerOf(threads).decompress({ kind: 'decompress', sourceFd, targetFd, frames: decodeFrames }),
  );

describe('any number of threads', () => {
  test('writes the same bytes, and all restore the source', async () => {
    const encoded = await compress(1, 'one');
    for (const threads of [2, 3, 8]) {
      await compress(threads, `by${threads}`);
      expect(
        readFileSync(path.join(folder, `by${threads}`)).equals(readFileSync(path.join(folder, 'one'))),
      ).toBe(true);
      const result = await decompress(threads, 'one', decodeFramesOf('one', encoded), 'back');
      expect(result.rawBytes).toBe(raw.length);
      expect(readFileSync(path.join(folder, 'back')).equals(raw)).toBe(true);
    }
  });

  test('without checksums, frames are cut into runs and still come back', async () => {
    const encoded = await compress(2, 'plain');
    const withoutChecksums = decodeFramesOf('plain', encoded).map(({ checksum: _, ...frame }) => frame);
    await decompress(2, 'plain', withoutChecksums, 'back');
    expect(readFileSync(path.join(folder, 'back')).equals(raw)).toBe(true);
  });
});

describe('a failing job', () => {
  test('names frame and offset, and the same workers then do the next job', async () => {
    const encoded = await compress(2, 'damaged');
    const decodeFrames = decodeFramesOf('damaged', encoded);
    const wrong = decodeFrames.map((frame, index) => (index === 9 ? { ...frame, checksum: 1n } : frame));
    const error = await decompress(2, 'damaged', wrong, 'back').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ZnnError);
    expect(error).toMatchObject({
      code: 'corrupt',
      where: { frame: 9, offset: decodeFrames[9]?.frameOffset },
      message: expect.stringContaining('content checksum'),
    });
    await decompress(2, 'damaged', decodeFrames, 'back');
    expect(readFileSync(path.join(folder, 'back')).equals(raw)).toBe(true);
  });

  test('a source that ends early is truncated, not silently short', async () => {
    const encoded = await compress(3, 'short');
    truncateSync(path.join(folder, 'short'), (encoded.at(-1)?.frameOffset ?? 0) + 100);
    const file = decodeFramesOf('plain', encoded);
    await expect(decompress(3, 'short', file, 'back')).rejects.toMatchObject({
      code: 'truncated',
      where: { frame: 15 },
    });
  });

  test('a file that differs from the one compared with is found', async () => {
    const encoded = await compress(2, 'compared');
    const other = Buffer.from(raw);
    other[7 * MIB + 5] = (other[7 * MIB + 5] ?? 0) ^ 1;
    writeFileSync(path.join(folder, 'other'), other);
    const decodeFrames = decodeFramesOf('compared', encoded);
    const compare = (name: string) =>
      withFiles(['compared'], async (sourceFd = -1) => {
        const compareFd = openSync(path.join(folder, name), 'r');
        try {
          return await runnerOf(2).decompress({
            kind: 'decompress',
            sourceFd,
            compareFd,
            frames: decodeFrames,
          });
        } finally {
          closeSync(compareFd);
        }
      });
    await expect(compare('source')).resolves.toEqual({ rawBytes: raw.length });
    await expect(compare('other')).rejects.toMatchObject({ code: 'corrupt', where: { frame: 7 } });
  });

  test('an aborted job rejects and the runner can be used again', async () => {
    const controller = new AbortController();
    const job = withFiles(['source', 'aborted'], (sourceFd = -1, targetFd = -1) => {
      const many = Array.from({ length: 40 }, () => frames).flat();
      const running = runnerOf(2).compress(
        { kind: 'compress', sourceFd, targetFd, frames: many, hasFrameIndex: false },
        { signal: controller.signal },
      );
      setTimeout(() => controller.abort(), 20);
      return running;
    });
    await expect(job).rejects.toMatchObject({ name: 'AbortError' });
    await compress(2, 'after');
  });

  test('a job whose frames no thread took is no job that is done', async () => {
    const takeUnit = vi.spyOn(JobControl.prototype, 'takeUnit').mockReturnValue(frames.length);
    try {
      const runner = createJobRunner({ threads: 1 });
      const job = withFiles(['source', 'nothing'], (sourceFd = -1, targetFd = -1) =>
        runner.compress({
          ...{ kind: 'compress', sourceFd, targetFd, hasFrameIndex: false },
          frames: frames.slice(0, 4),
        }),
      );
      await expect(job).rejects.toThrow(`job: ended with 0 of ${4 * MIB} bytes done`);
    } finally {
      takeUnit.mockRestore();
    }
  });
});
