import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readFully, WRITE_CALL_MAX_BYTES, writeFully, writevFully } from '../../../src/io/positional.js';
import { system } from '../../../src/io/system.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const real = { ...system };
const open: number[] = [];
afterEach(() => {
  Object.assign(system, real);
  for (const fd of open.splice(0)) closeSync(fd);
});

function fileWith(content: Uint8Array): { file: string; fd: number } {
  const file = path.join(temporaryFolder(), 'file');
  writeFileSync(file, content);
  const fd = openSync(file, 'r+');
  open.push(fd);
  return { file, fd };
}

const bytes = (count: number) => Uint8Array.from({ length: count }, (_, index) => (index * 7) & 255);

/** Every call moves at most three bytes. */
function makeCallsShort(): void {
  system.readSync = ((fd: number, view: Uint8Array, start: number, count: number, position: number) =>
    real.readSync(fd, view, start, Math.min(count, 3), position)) as typeof system.readSync;
  system.writeSync = ((fd: number, view: Uint8Array, start: number, count: number, position: number) =>
    real.writeSync(fd, view, start, Math.min(count, 3), position)) as typeof system.writeSync;
  system.writevSync = ((fd: number, views: Uint8Array[], position: number) =>
    real.writeSync(fd, views[0] as Uint8Array, 0, Math.min(views[0]?.byteLength ?? 0, 3), position)) as never;
}

describe('short calls', () => {
  test('reads go on where a short one ended', () => {
    const { fd } = fileWith(bytes(20));
    makeCallsShort();
    const view = new Uint8Array(13);
    readFully(fd, view, 5);
    expect(view).toEqual(bytes(20).subarray(5, 18));
  });

  test('writes go on where a short one ended', () => {
    const { fd, file } = fileWith(new Uint8Array(4));
    makeCallsShort();
    writeFully(fd, bytes(11), 4);
    expect(readFileSync(file).subarray(4)).toEqual(Buffer.from(bytes(11)));
  });

  test('vectored writes go on in the middle of a view', () => {
    const { fd, file } = fileWith(new Uint8Array(0));
    makeCallsShort();
    writevFully(fd, [bytes(4), new Uint8Array(0), bytes(5), bytes(1)], 2);
    expect(readFileSync(file).subarray(2)).toEqual(Buffer.from([...bytes(4), ...bytes(5), ...bytes(1)]));
  });
});

test('vectored writes of more views than one call takes', () => {
  const { fd, file } = fileWith(new Uint8Array(0));
  writevFully(
    fd,
    Array.from({ length: 3000 }, (_, index) => Uint8Array.of(index & 255, index >> 8)),
    0,
  );
  const written = readFileSync(file);
  expect(written.byteLength).toBe(6000);
  expect(written.readUInt16LE(5998)).toBe(2999);
});

test('no call carries more than 64 MiB', () => {
  const asked: number[] = [];
  system.readSync = ((_fd: number, _view: Uint8Array, _start: number, count: number) => {
    asked.push(count);
    return count;
  }) as typeof system.readSync;
  readFully(0, new Uint8Array(2 ** 26 + 5), 0);
  expect(asked).toEqual([2 ** 26, 5]);
});

describe('failures', () => {
  test('a file that ends too early is truncated, at the offset where it ended', () => {
    const { fd } = fileWith(bytes(20));
    expect(() => readFully(fd, new Uint8Array(10), 15)).toThrow(
      expect.objectContaining({
        code: 'truncated',
        where: { offset: 20 },
        message: expect.stringContaining('5 bytes'),
      }),
    );
  });

  test.each(['write', 'writev'])('%s: a system error becomes io, with its offset', (call) => {
    const { fd } = fileWith(bytes(0));
    const full = () => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    };
    system.writeSync = full as typeof system.writeSync;
    system.writevSync = full as typeof system.writevSync;
    const act = () => (call === 'write' ? writeFully(fd, bytes(3), 7) : writevFully(fd, [bytes(3)], 7));
    expect(act).toThrow(expect.objectContaining({ code: 'io', where: { offset: 7 } }));
  });

  test('a device that takes nothing does not loop for ever', () => {
    const { fd } = fileWith(bytes(0));
    system.writeSync = (() => 0) as typeof system.writeSync;
    expect(() => writeFully(fd, bytes(3), 0)).toThrow(expect.objectContaining({ code: 'io' }));
  });
});

test('writes end at multiples of the most that one carries, counted in the file', () => {
  const { fd, file } = fileWith(new Uint8Array(0));
  const ends: number[] = [];
  system.writeSync = ((fd: number, view: Uint8Array, start: number, count: number, position: number) => {
    ends.push(position + count);
    return real.writeSync(fd, view, start, count, position);
  }) as typeof system.writeSync;
  system.writevSync = ((fd: number, views: Uint8Array[], position: number) => {
    ends.push(position + views.reduce((sum, view) => sum + view.byteLength, 0));
    return real.writevSync(fd, views, position);
  }) as never;
  const content = bytes(2 * WRITE_CALL_MAX_BYTES + 10);
  const expected = [1, 2].map((times) => times * WRITE_CALL_MAX_BYTES).concat(content.length + 5);
  writeFully(fd, content, 5);
  expect(ends.splice(0)).toEqual(expected);
  writevFully(fd, [content.subarray(0, 7), content.subarray(7)], 5);
  expect(ends).toEqual(expected);
  expect(readFileSync(file).subarray(5)).toEqual(Buffer.from(content));
});
