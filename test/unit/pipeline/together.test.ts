import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runTogether } from '../../../src/run/run-together.js';

test('gives the values in order', async () => {
  const values = await runTogether(undefined, [async () => 1, async () => 'two'] as const);
  expect(values).toEqual([1, 'two']);
});

test('waits for all that was started, then throws what failed first', async () => {
  let isDone = false;
  const slow = async (signal: AbortSignal) => {
    await setTimeout(20);
    isDone = signal.aborted;
    throw new Error('second');
  };
  const quick = async () => {
    throw new Error('first');
  };
  await expect(runTogether(undefined, [slow, quick] as const)).rejects.toThrow('first');
  expect(isDone).toBe(true);
});

test('the caller’s signal reaches all', async () => {
  const controller = new AbortController();
  const wait = (signal: AbortSignal) => setTimeout(60_000, undefined, { signal });
  const running = runTogether(controller.signal, [wait, wait] as const);
  controller.abort();
  await expect(running).rejects.toThrow('aborted');
});
