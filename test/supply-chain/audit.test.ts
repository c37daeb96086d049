// Known vulnerabilities in what ships. The registry is asked; and one of our own is, to know that the answer would be heard.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { root, runProgram } from './npm.js';

const TIMEOUT_MS = 300_000;
vi.setConfig({ testTimeout: TIMEOUT_MS });

const script = path.join(root, 'scripts', 'audit.js');

/** `npm run audit`, with a registry and an empty cache of its own if one is named. */
function audit(registry?: string) {
  const quickly = { npm_config_fetch_retries: '0', npm_config_fetch_timeout: '20000' };
  const env = registry
    ? { npm_config_registry: registry, npm_config_cache: temporaryFolder(), ...quickly }
    : {};
  return runProgram(process.execPath, [script], { cwd: root, env });
}

test('the registry knows of none', async (context) => {
  const { exitCode, stdout } = await audit();
  // Offline, or at a registry that has no advisories, nothing can be known. It is said, and not taken for a clean audit.
  if (exitCode === 2) {
    expect(stdout).toMatch(/^audit: NOT DONE, the registry could not be asked: \S/);
    console.warn(stdout.trim());
    await context.annotate(stdout.trim(), 'warning');
    return;
  }
  expect(stdout).toMatch(/^audit: no known vulnerability in the \d+ packages that ship\n$/);
  expect(exitCode).toBe(0);
});

describe('asked of a registry', () => {
  /** Package name to advisory, or an HTTP status to fail with. */
  let advisories: Readonly<Record<string, string>> | number = {};
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const isBulk = request.method === 'POST' && request.url?.endsWith('/security/advisories/bulk');
      if (!isBulk || typeof advisories === 'number') {
        response.writeHead(typeof advisories === 'number' ? advisories : 404).end('{}');
        return;
      }
      const named = Object.entries(advisories).map(([name, severity], id) => {
        const advisory = { id, url: `https://example.org/${id}`, title: `a ${severity} danger`, severity };
        return [name, [{ ...advisory, vulnerable_versions: '*', cwe: [], cvss: { score: 0 } }]];
      });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(Object.fromEntries(named)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('that has no advisories: clean', async () => {
    advisories = {};
    const { exitCode, stdout } = await audit(url);
    expect(stdout).toMatch(/^audit: no known vulnerability in the \d+ packages that ship\n$/);
    expect(exitCode).toBe(0);
  });

  test.each(['low', 'critical'])('a %s one for a package that ships is not tolerated', async (severity) => {
    advisories = { fflate: severity };
    const { exitCode, stdout } = await audit(url);
    expect(stdout).toMatch(
      new RegExp(`^audit: ${severity}: fflate .*: a ${severity} danger https://example.org/0\n$`),
    );
    expect(exitCode).toBe(1);
  });

  test('one for a package that only developers have does not count', async () => {
    advisories = { vitest: 'critical' };
    expect((await audit(url)).exitCode).toBe(0);
  });

  test('that refuses to answer: not done, and it is said', async () => {
    advisories = 405;
    const { exitCode, stdout } = await audit(url);
    expect(stdout).toMatch(/^audit: NOT DONE, the registry could not be asked: .*405/);
    expect(exitCode).toBe(2);
  });

  test('that is not there: not done, and it is said', async () => {
    const { exitCode, stdout } = await audit('http://127.0.0.1:9/');
    expect(stdout).toMatch(/^audit: NOT DONE, the registry could not be asked: \S/);
    expect(exitCode).toBe(2);
  });
});
