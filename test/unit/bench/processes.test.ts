import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { runCommand, startServer } from '../../../scripts/bench/processes.js';
import { createRandom, dataMakers } from '../../../scripts/fixtures.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const node = (...args: string[]) => ({ program: process.execPath, args });

describe('a command', () => {
  test('is timed, and what it prints comes back', async () => {
    const { seconds, stdout } = await runCommand(node('-e', 'console.log(1 + 1)'));
    expect(stdout).toBe('2\n');
    expect(seconds).toBeGreaterThan(0);
  });

  test('does not read the certificates of this machine, nor take other options for all of Node', async () => {
    vi.stubEnv('NODE_EXTRA_CA_CERTS', '/no/such/file');
    vi.stubEnv('NODE_OPTIONS', '--no-such-option');
    vi.stubEnv('ZNN_KEPT', '1');
    const { NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ZNN_KEPT } = JSON.parse(
      (await runCommand(node('-p', 'JSON.stringify(process.env)'))).stdout,
    );
    expect([NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ZNN_KEPT]).toEqual([undefined, undefined, '1']);
    vi.unstubAllEnvs();
  });

  test('that fails tells why', async () => {
    await expect(runCommand(node('-e', 'console.error("why"); process.exit(3)'))).rejects.toThrow(
      /exit code 3\nwhy/,
    );
    await expect(runCommand({ program: '/no/such/program', args: [] })).rejects.toThrow('ENOENT');
  });
});

describe('a helper', () => {
  test('that ends instead of answering is an error', async () => {
    await expect(startServer(node('-e', '0')).ask({})).rejects.toThrow('ended without an answer');
  });

  test('measures the codec: with and without the checksum, one thread and two', async () => {
    const pieces = path.join(temporaryFolder(), 'pieces');
    const pieceBytes = 1 << 18;
    writeFileSync(pieces, dataMakers(createRandom(1)).bf16(pieceBytes));
    const server = startServer(node('scripts/bench/codec-server.js'));
    try {
      const load = { load: pieces, pieceBytes, encoding: 'bf16', threadsMax: 2 };
      expect(await server.ask(load)).toEqual({ pieces: 2 });
      for (const pass of ['encode', 'decode']) {
        for (const checksum of [false, true]) {
          for (const threads of [1, 2]) {
            const answer = await server.ask({ pass, threads, checksum });
            expect(answer.seconds).toBeGreaterThan(0);
            expect(answer.rawBytes).toBe(threads * 2 * pieceBytes);
            expect(answer.encodedBytes / answer.rawBytes).toBeCloseTo(0.663, 2);
          }
        }
      }
    } finally {
      await server.stop();
    }
  });
});
