import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CheckedGroup, type CheckResult, check } from '../../../src/check/check.js';
import { repair } from '../../../src/check/repair/repair.js';
import { isRepairable, repairedNameOf } from '../../../src/check/repair/repairable.js';
import { findRotatedTensors } from '../../../src/check/rotated-tensors.js';
import { discover } from '../../../src/discover/discover.js';
import { ownProcess } from '../../../src/io/temporary/process-identity.js';
import { concatBytes } from '../../support/bytes.js';
import { MIXED_TENSORS, safetensorsOf } from '../../support/container.js';
import { fileTree } from '../../support/file-tree.js';
import { memorySource } from '../../support/memory-source.js';
import { safetensorsFile } from '../../support/model-folder.js';
import { plainRunner, run } from '../../support/run-verb.js';
import { headerOf } from '../../support/safetensors.js';
import { edited, rotated, STOCK_CONTAINER, withMetadata } from '../../support/stock-container.js';

const KEY = 'znn_compressed_vectors';

function checked(anyPath: string): CheckedGroup {
  const machine = { environment: {}, homePath: '/nonexistent' };
  const plan = discover({ verb: 'info', paths: [anyPath], removeSources: false, machine, withIndexes: true });
  const [group] = check(plan, plainRunner);
  if (group === undefined) throw new Error('nothing was checked');
  return group;
}
const resultOf = (anyPath: string): CheckResult => checked(anyPath).files[0] as CheckResult;
const codesIn = (anyPath: string) =>
  checked(anyPath).files.flatMap(({ findings }) =>
    findings.map(({ severity, code }) => `${severity} ${code}`),
  );
/** A file with this content, checked. */
const codesOf = (content: Uint8Array, name = 'x.znn.safetensors') =>
  codesIn(path.join(fileTree({ [name]: content }), name));

describe('a stock .znn.safetensors file', () => {
  test('in order has no findings', () => {
    expect(codesOf(STOCK_CONTAINER)).toEqual([]);
  });

  test.each([
    [
      'without the list',
      withMetadata(STOCK_CONTAINER, ({ [KEY]: _, ...rest }) => rest),
      ['no-compressed-vectors'],
    ],
    [
      'without metadata',
      withMetadata(STOCK_CONTAINER, () => undefined),
      ['no-compressed-vectors', 'no-format'],
    ],
    ['without a format', withMetadata(STOCK_CONTAINER, ({ format: _, ...rest }) => rest), ['no-format']],
    [
      'with an empty list',
      withMetadata(STOCK_CONTAINER, (all) => ({ ...all, [KEY]: '{}' })),
      ['wrong-compressed-vectors'],
    ],
    [
      'with a broken list',
      withMetadata(STOCK_CONTAINER, (all) => ({ ...all, [KEY]: '{' })),
      ['wrong-compressed-vectors'],
    ],
    [
      'with a list of a tensor too many',
      withMetadata(STOCK_CONTAINER, (all) => ({
        ...all,
        [KEY]: (all[KEY] ?? '').replace('{', '{"z": {"dtype": "float16", "shape": "[1]"}, '),
      })),
      ['wrong-compressed-vectors'],
    ],
    [
      'with another shape in the list',
      withMetadata(STOCK_CONTAINER, (all) => ({
        ...all,
        [KEY]: (all[KEY] ?? '').replace('[60, 50]', '[50, 60]'),
      })),
      ['wrong-compressed-vectors'],
    ],
    [
      'with another dtype in the list',
      withMetadata(STOCK_CONTAINER, (all) => ({
        ...all,
        [KEY]: (all[KEY] ?? '').replace('bfloat16', 'float32'),
      })),
      ['wrong-compressed-vectors'],
    ],
  ])('%s: named, and rebuilt so that it restores to the same', async (_name, content, codes) => {
    const root = fileTree({ 'x.znn.safetensors': content, 'good.znn.safetensors': STOCK_CONTAINER });
    const filePath = path.join(root, 'x.znn.safetensors');
    expect(codesIn(filePath)).toEqual(codes.map((code) => `defect ${code}`));
    const target = path.join(root, 'new', 'y.znn.safetensors');
    expect(isRepairable(resultOf(filePath))).toBe(true);
    await repair({ checked: resultOf(filePath), targetPath: target });
    expect(codesIn(target)).toEqual([]);
    expect(readFileSync(filePath)).toEqual(Buffer.from(content));
    const paths = [target, path.join(root, 'good.znn.safetensors')];
    const outputPath = path.join(root, 'back');
    expect((await run('decompress', paths, { outputPath })).map(({ status }) => status)).toEqual([
      'done',
      'done',
    ]);
    const [back, good] = ['y', 'good'].map((name) =>
      readFileSync(path.join(outputPath, `${name}.safetensors`)),
    );
    expect(back?.equals(good as Buffer)).toBe(true);
  });

  test('that lists bytes as compressed, or is cut, cannot be rebuilt', () => {
    const broken = edited(STOCK_CONTAINER, (header, data) => {
      const [start = 0] = header['a.bf16']?.data_offsets ?? [];
      data[start] = 0;
      return undefined;
    });
    const root = fileTree({
      'x.znn.safetensors': broken,
      'cut.znn.safetensors': STOCK_CONTAINER.slice(0, -1),
      'cut.safetensors': safetensorsFile(1, 1000).slice(0, -1),
      'cut.bin.znn': 'ZN',
    });
    const results = checked(root).files;
    expect(results.map(({ findings }) => findings.map(({ code }) => code))).toEqual([
      ['damaged'],
      ['not-safetensors'],
      ['not-safetensors', 'both-kinds'],
      ['wrong-compressed-vectors'],
    ]);
    expect(results.some(isRepairable)).toBe(false);
  });

  test('that ZipNN ran on twice has one name and one list afterwards', async () => {
    const twice = withMetadata(STOCK_CONTAINER, (all) => ({ ...all, [KEY]: '{}' }));
    const root = fileTree({ 'x.znn.znn.safetensors': twice });
    const result = resultOf(path.join(root, 'x.znn.znn.safetensors'));
    expect(result.findings.map(({ code }) => code)).toEqual(['compressed-twice', 'wrong-compressed-vectors']);
    expect(repairedNameOf('x.znn.znn.safetensors')).toBe('x.znn.safetensors');
    const target = path.join(root, 'new', 'x.znn.safetensors');
    await repair({ checked: result, targetPath: target });
    expect(codesIn(target)).toEqual([]);
  });

  test('is repaired where a run that was killed left an unfinished file, and that goes', async () => {
    const unfinished = `.x.${ownProcess.host}-${ownProcess.pid}-deadbeef-00000000.znn-tmp`;
    const root = fileTree({
      'x.znn.safetensors': withMetadata(STOCK_CONTAINER, () => undefined),
      [`new/${unfinished}`]: 'half',
    });
    const targetPath = path.join(root, 'new', 'x.znn.safetensors');
    await repair({ checked: resultOf(path.join(root, 'x.znn.safetensors')), targetPath });
    expect(readdirSync(path.join(root, 'new'))).toEqual(['x.znn.safetensors']);
  });

  test('is never repaired over another file', async () => {
    const root = fileTree({
      'x.znn.safetensors': withMetadata(STOCK_CONTAINER, () => undefined),
      taken: 'mine',
    });
    await expect(
      repair({
        checked: resultOf(path.join(root, 'x.znn.safetensors')),
        targetPath: path.join(root, 'taken'),
      }),
    ).rejects.toThrow('already exists and is not what the repair gives; --repair replaces nothing');
    expect(readFileSync(path.join(root, 'taken'), 'utf8')).toBe('mine');
  });
});

test.each([false, true])(
  'our own .znn.safetensors files have no findings, all dtypes: %s',
  async (allDtypes) => {
    const root = fileTree({ 'x.safetensors': safetensorsOf(MIXED_TENSORS, { format: 'pt' }) });
    await run('compress', root, { format: 'safetensors', allDtypes, removeSources: true });
    expect(codesIn(root)).toEqual([]);
    expect(checked(root).kind).toBe('znn');
  },
);

describe('tensors in rotated form', () => {
  const floats = (dtype: 'BF16' | 'F32', values: readonly number[]): Uint8Array => {
    const words = new Uint8Array(new Float32Array(values).buffer);
    return dtype === 'F32' ? words : words.filter((_, i) => i % 4 >= 2);
  };
  const suspected = (dtype: 'BF16' | 'F32', data: Uint8Array) => {
    const tensor = { name: 't', dtype, shape: [], fileStart: 0, fileEnd: data.length };
    return findRotatedTensors(memorySource(data), [tensor]).length > 0;
  };
  // Rotated, one from 2 to 4 has the exponent of zero, and one from -2 to -1 that of infinity, of which nothing can be said.
  const weight = fc
    .double({ min: 1e-8, max: 1e4, noNaN: true })
    .chain((size) => fc.constantFrom(size, -size, 0))
    .filter((value) => {
      const stored = Math.fround(value);
      return !(stored >= 2 && stored < 4) && !(stored > -2 && stored <= -1);
    });
  const weights = fc
    .array(weight, { minLength: 2, maxLength: 300 })
    .filter((all) => all.filter((each) => each !== 0).length * 2 > all.length);

  test.each(['BF16', 'F32'] as const)('%s: they are suspected; as they should be, not', (dtype) => {
    fc.assert(
      fc.property(weights, (values) => {
        const data = floats(dtype, values);
        expect(suspected(dtype, data)).toBe(false);
        // Of values below 2^-64 or so nothing can be said, nor of zeros.
        expect(suspected(dtype, rotated(data, dtype))).toBe(true);
      }),
    );
  });

  test.each(['BF16', 'F32'] as const)(
    '%s: those of usual size are suspected after two rotations too',
    (dtype) => {
      const usual = fc.array(fc.double({ min: 1e-4, max: 1.5, noNaN: true }), {
        minLength: 2,
        maxLength: 300,
      });
      fc.assert(
        fc.property(usual, (values) => {
          const data = floats(dtype, values);
          const once = rotated(data, dtype);
          expect([data, once, rotated(once, dtype)].map((each) => suspected(dtype, each))).toEqual([
            false,
            true,
            true,
          ]);
        }),
      );
    },
  );

  test('zeros, ones, infinities and noise are not', () => {
    for (const value of [0, -0, 1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -3.4e38])
      expect(suspected('F32', floats('F32', Array(50).fill(value)))).toBe(false);
    expect(suspected('BF16', new Uint8Array(0))).toBe(false);
  });

  test('they are named in a file of the stock package, and only there', async () => {
    const data = rotated(floats('BF16', [0.5, -0.25, 1.5, -2]), 'BF16');
    const tensors = [{ name: 'norm', dtype: 'BF16', shape: [4], bytes: 8 }];
    const list = { format: 'pt', [KEY]: '{}' };
    const file = concatBytes(headerOf(tensors, list), data);
    expect(codesOf(file)).toEqual(['suspicion rotated-tensor']);
    const root = fileTree({ 'a.safetensors': concatBytes(headerOf(tensors, { format: 'pt' }), data) });
    await run('compress', path.join(root, 'a.safetensors'), { format: 'safetensors' });
    expect(codesIn(path.join(root, 'a.znn.safetensors'))).toEqual([]);
  });
});

describe('an index', () => {
  const TENSOR = 'layer.1.weight';
  const index = (map: Record<string, string>) =>
    JSON.stringify({ metadata: { total_size: 1 }, weight_map: map });
  const INDEX = 'model.safetensors.index.json';
  const shards = { 'a.safetensors': safetensorsFile(1, 3000), 'b.safetensors': safetensorsFile(2, 3000) };
  const indexCodes = (root: string) =>
    checked(root)
      .files.filter(({ kind }) => kind === 'index')
      .flatMap(({ findings }) => findings.map(({ code }) => code));

  test('that agrees with its shards has no findings, compressed or not', async () => {
    const map = { [TENSOR]: 'a.safetensors', 'layer.2.weight': 'b.safetensors' };
    const root = fileTree({ ...shards, [INDEX]: index(map) });
    expect(indexCodes(root)).toEqual([]);
    await run('compress', root, { removeSources: true });
    expect(indexCodes(root)).toEqual([]);
    expect(checked(root).kind).toBe('znn');
  });

  test.each([
    [
      'names the originals of compressed shards',
      { [TENSOR]: 'a.safetensors', 'layer.2.weight': 'b.safetensors' },
      true,
      ['index-names-missing', 'index-names-missing'],
    ],
    [
      'names compressed shards that were restored',
      { [TENSOR]: 'a.safetensors.znn', 'layer.2.weight': 'b.safetensors' },
      false,
      ['index-names-missing'],
    ],
    [
      'has tensors in the wrong shards',
      { [TENSOR]: 'b.safetensors', 'layer.2.weight': 'a.safetensors' },
      false,
      ['index-wrong-shard'],
    ],
  ])('that %s is named, and rebuilt', async (_name, map, isCompressed, codes) => {
    const root = fileTree(shards);
    if (isCompressed) await run('compress', root, { removeSources: true });
    writeFileSync(path.join(root, INDEX), ` ${index(map)}\n`);
    expect(indexCodes(root)).toEqual(codes);
    const result = checked(root).files.find(({ kind }) => kind === 'index') as CheckResult;
    expect(isRepairable(result)).toBe(true);
    const target = path.join(fileTree({}), 'x.safetensors.index.json');
    await repair({ checked: result, targetPath: target });
    const suffix = isCompressed ? '.znn' : '';
    expect(readFileSync(target, 'utf8')).toBe(
      ` ${index({ [TENSOR]: `a.safetensors${suffix}`, 'layer.2.weight': `b.safetensors${suffix}` })}\n`,
    );
    expect(readFileSync(path.join(root, INDEX), 'utf8')).toBe(` ${index(map)}\n`);
  });

  test.each([
    [
      'a shard that is nowhere',
      { [TENSOR]: 'a.safetensors', 'layer.2.weight': 'b.safetensors', x: 'c.safetensors' },
      ['index-names-missing'],
    ],
    [
      'a tensor that no shard has',
      { [TENSOR]: 'a.safetensors', 'layer.2.weight': 'b.safetensors', x: 'a.safetensors' },
      ['index-misses-tensor'],
    ],
  ])('that names %s cannot be rebuilt', (_name, map, codes) => {
    const root = fileTree({ ...shards, [INDEX]: index(map) });
    expect(indexCodes(root)).toEqual(codes);
    expect(checked(root).files.some(isRepairable)).toBe(false);
  });

  test('that does not name a shard: a remark on the shard', () => {
    const root = fileTree({ ...shards, 'other.bin': 'x', [INDEX]: index({ [TENSOR]: 'a.safetensors' }) });
    const [finding] = checked(root).files.find(({ kind }) => kind === 'index')?.findings ?? [];
    expect(finding).toMatchObject({ severity: 'remark', code: 'shard-not-indexed' });
    expect(finding?.message).toContain('b.safetensors, which holds 1 tensor ');
  });

  test.each(['{', '{"weight_map": {"a": "../x"}}', '[]'])('that is broken is damage: %s', (text) => {
    const root = fileTree({ [INDEX]: text });
    expect(checked(root).files[0]?.findings).toEqual([
      expect.objectContaining({ code: 'index-broken', errorCode: 'corrupt', isRepairable: false }),
    ]);
  });

  test('named alone is compared with the files beside it', () => {
    const root = fileTree({ ...shards, [INDEX]: index({ [TENSOR]: 'a.safetensors.znn' }) });
    const { files } = checked(path.join(root, INDEX));
    expect(files[0]?.findings[0]?.message).toBe(
      'names a.safetensors.znn, which is not there; a.safetensors is',
    );
  });
});

describe('a folder', () => {
  test.each([
    ['plain', { 'a.safetensors': safetensorsFile(1, 100), 'b.bin': 'x' }],
    ['zipnn', { 'a.znn.safetensors': STOCK_CONTAINER }],
    ['mixed', { 'a.znn.safetensors': STOCK_CONTAINER, 'b.bin': 'x' }],
    ['empty', { 'config.json': '{}' }],
  ])('is %s', (kind, files) => {
    expect(checked(fileTree(files)).kind).toBe(kind);
  });

  test('with both kinds of a file says so', async () => {
    const root = fileTree({ 'a.safetensors': safetensorsFile(1, 3000) });
    await run('compress', root);
    expect(codesIn(root)).toEqual(['remark both-kinds']);
    await run('compress', root, { format: 'safetensors' });
    const advice = checked(root).files.flatMap(({ findings }) => findings.map((finding) => finding.advice));
    expect(advice.some((text) => text.includes('load both'))).toBe(true);
  });

  test('changes nothing', () => {
    const root = fileTree({ 'a.znn.safetensors': withMetadata(STOCK_CONTAINER, () => undefined) });
    const before = statSync(root).mtimeMs;
    checked(root);
    expect(statSync(root).mtimeMs).toBe(before);
  });
});

test.each(['x.znn.safetensors', 'x.safetensors'])(
  'a header over the limit of the Hub is remarked on: %s',
  (name) => {
    const isPlain = name === 'x.safetensors';
    const content = isPlain ? safetensorsFile(1, 1000) : STOCK_CONTAINER;
    const long = withMetadata(content, (all) => ({ ...all, x: 'x'.repeat(25_000_001) }));
    expect(codesOf(long, name)).toEqual(['remark long-header']);
  },
);

test('a header over the limit of the safetensors library is a defect, and no damage', () => {
  const filePath = path.join(fileTree({ 'x.safetensors': '' }), 'x.safetensors');
  const start = Buffer.alloc(9, '{');
  start.writeBigUInt64LE(100_000_001n);
  writeFileSync(filePath, start);
  truncateSync(filePath, 100_000_100);
  const [finding] = resultOf(filePath).findings;
  expect(finding).toMatchObject({ severity: 'defect', code: 'long-header', isRepairable: false });
  expect(finding).not.toHaveProperty('errorCode');
});

test('a damaged file is not said to be of anyone, and the folder is what its others are', async () => {
  const root = fileTree({
    'a.safetensors': safetensorsFile(1, 3000),
    'b.safetensors': safetensorsFile(2, 3000),
  });
  await run('compress', root, { removeSources: true });
  truncateSync(path.join(root, 'a.safetensors.znn'), 100);
  const { kind, files } = checked(root);
  expect(kind).toBe('znn');
  expect(files.map((file) => file.kind)).toEqual(['damaged', 'znn']);
});

test('what was compressed twice as a whole is named, with the way back', () => {
  const root = fileTree({ 'a.bin.znn.znn': 'ZN' });
  expect(resultOf(path.join(root, 'a.bin.znn.znn')).findings[0]).toMatchObject({
    code: 'compressed-twice',
    advice: 'znn decompress gives a.bin.znn back',
  });
});

test('what cannot be read is an error, and the others are checked', () => {
  const root = fileTree({ 'a.safetensors': safetensorsFile(1, 100) });
  const machine = { environment: {}, homePath: '/nonexistent' };
  const paths = [path.join(root, 'none'), path.join(root, 'a.safetensors')];
  const groups = check(discover({ verb: 'info', paths, removeSources: false, machine }), plainRunner);
  expect(groups.map(({ files }) => files[0]?.error?.code)).toEqual(['io', undefined]);
});
