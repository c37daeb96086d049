// A setup file of vitest, for test files that share a process: each leaves it as it found it.

import { afterAll } from 'vitest';
import { system } from '../../src/io/system.js';

const before = { system: { ...system }, environment: { ...process.env }, folder: process.cwd() };

afterAll(() => {
  const changed = [
    ...changedIn(before.system, system).map((name) => `system.${name}`),
    ...changedIn(before.environment, process.env).map((name) => `process.env.${name}`),
    ...(process.cwd() === before.folder ? [] : ['the working directory']),
  ];
  Object.assign(system, before.system);
  if (changed.length > 0) throw new Error(`a test has not put back ${changed.join(', ')}`);
});

function changedIn(one: object, other: object): string[] {
  const [former, current] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return [...new Set([...former.keys(), ...current.keys()])].filter(
    (name) => former.get(name) !== current.get(name),
  );
}
