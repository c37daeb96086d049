import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { system } from '../../../src/io/system.js';
import { modelFolder, snapshotOf } from '../../support/model-folder.js';
import { run, statusesOf } from '../../support/run-verb.js';
import { filesIn } from '../../support/same-files.js';

const each = { removeSources: true, removeEach: true };
const INDEX = 'model.safetensors.index.json';
const SHARDS = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
const unlinkSync = system.unlinkSync;
afterEach(() => void Object.assign(system, { unlinkSync }));

/** Names in the index that no file has. */
function missingShards(root: string): string[] {
  const { weight_map } = JSON.parse(readFileSync(path.join(root, INDEX), 'utf8')) as {
    weight_map: Record<string, string>;
  };
  const files = new Set(filesIn(root));
  return Object.values(weight_map).filter((name) => !files.has(name));
}

const withoutRewriteTimes = (snapshot: ReturnType<typeof snapshotOf>) =>
  Object.entries(snapshot).map(([name, { content, mode, microseconds }]) =>
    /index\.json$|\.gitattributes$/.test(name)
      ? { name, content, mode }
      : { name, content, mode, microseconds },
  );

describe('one by one', () => {
  test('there and back: every source goes before the next output begins', async () => {
    const root = modelFolder();
    const before = snapshotOf(root);
    const seen: [string, boolean][] = [];
    const results = await run('compress', root, {
      ...each,
      observer: {
        onFileEnd: ({ task }) =>
          seen.push([task.action, filesIn(root).includes(path.relative(root, task.sourcePath))]),
      },
    });
    expect(results.filter(({ removedSource }) => removedSource)).toHaveLength(6);
    expect(seen.filter(([action]) => action === 'compress')).toEqual(Array(6).fill(['compress', false]));
    expect(missingShards(root)).toEqual([]);
    await run('decompress', root, each);
    expect(withoutRewriteTimes(snapshotOf(root))).toEqual(withoutRewriteTimes(before));
  });

  test('when a file fails, the index says how things stand, and the next run ends the job', async () => {
    const root = modelFolder();
    writeFileSync(path.join(root, `${SHARDS[1]}.znn`), 'in the way');
    const lines = statusesOf(await run('compress', root, each));
    expect(lines.filter((line) => line.startsWith('failed'))).toEqual([expect.stringContaining(SHARDS[1])]);
    expect(missingShards(root)).toEqual([]);
    expect(readFileSync(path.join(root, INDEX), 'utf8')).toContain(`${SHARDS[0]}.znn`);
    await run('compress', root, { ...each, force: true });
    expect(missingShards(root)).toEqual([]);
    expect(filesIn(root).filter((name) => /\.(safetensors|bin|gguf)$/.test(name))).toEqual([]);
  });

  // A run that is killed leaves what it had done until then.
  test.each([0, 1, 2, 3, 4, 5])(
    'stopped before source %d goes: the next run ends the job, either way',
    async (kill) => {
      const root = modelFolder();
      const before = snapshotOf(root);
      let removals = 0;
      const stop = new AbortController();
      system.unlinkSync = (filePath) => {
        const isSource = !String(filePath).endsWith('.znn-tmp');
        if (isSource && removals++ === kill) {
          stop.abort();
          throw Object.assign(new Error('stopped'), { code: 'EINTR' });
        }
        unlinkSync(filePath);
      };
      await expect(run('compress', root, { ...each, signal: stop.signal })).rejects.toThrow();
      system.unlinkSync = unlinkSync;
      await run(kill % 2 === 0 ? 'compress' : 'decompress', root, each);
      expect(missingShards(root)).toEqual([]);
      await run('decompress', root, each);
      expect(withoutRewriteTimes(snapshotOf(root))).toEqual(withoutRewriteTimes(before));
    },
  );

  test('stopped before the index is written: a run that finds only outputs writes it', async () => {
    const root = modelFolder();
    const old = readFileSync(path.join(root, INDEX));
    await run('compress', root, each);
    writeFileSync(path.join(root, INDEX), old);
    expect(missingShards(root)).not.toEqual([]);
    await run('compress', root, each);
    expect(missingShards(root)).toEqual([]);
  });
});
