import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { discover } from '../../../src/discover/discover.js';
import type { DiscoverRequest } from '../../../src/discover/discovery.js';
import type { RunPlan } from '../../../src/discover/tasks.js';
import { fileTree } from '../../support/file-tree.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const base: DiscoverRequest = {
  verb: 'compress',
  paths: [],
  removeSources: false,
  machine: { environment: {}, homePath: '/nonexistent' },
};

/** One line a task: `action source → target`, relative to `root`. */
function linesOf(plan: RunPlan, root: string): string[] {
  const shorten = (anyPath: string) => path.relative(root, anyPath);
  return plan.groups.flatMap(({ tasks }) =>
    tasks.map(({ action, sourcePath, targetPath }) =>
      [action, shorten(sourcePath), ...(targetPath ? ['→', shorten(targetPath)] : [])].join(' '),
    ),
  );
}

function planned(root: string, request: Partial<DiscoverRequest>): string[] {
  return linesOf(discover({ ...base, paths: [root], ...request }), root);
}

const MODEL = {
  'config.json': '{}',
  '.gitattributes': '',
  'model-1.safetensors': 'a',
  'model.safetensors.index.json': '{}',
  'tokenizer.bin': 't',
  'empty/': '',
  '.git/objects/pack.bin': 'history',
  'unet/diffusion.bin': 'b',
  'unet/diffusion.bin.index.json': '{}',
};

describe('compress a folder', () => {
  test('in place: weight files at any depth, and what Git knows of them', () => {
    const root = fileTree(MODEL);
    expect(planned(root, {})).toEqual([
      'compress model-1.safetensors → model-1.safetensors.znn',
      'compress unet/diffusion.bin → unet/diffusion.bin.znn',
      'rewrite-attributes .gitattributes → .gitattributes',
    ]);
  });

  test('in place: each index is named in a note, with how to switch it', () => {
    const root = fileTree(MODEL);
    const { notes } = discover({ ...base, paths: [root] });
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain('model.safetensors.index.json stays as it is; with --rm or -o it names .znn');
  });

  test('with --rm the indexes follow, after the weights', () => {
    const root = fileTree(MODEL);
    expect(planned(root, { removeSources: true }).slice(3)).toEqual([
      'rewrite-index model.safetensors.index.json → model.safetensors.index.json',
      'rewrite-index unet/diffusion.bin.index.json → unet/diffusion.bin.index.json',
    ]);
  });

  test('with -o every other file is copied, hidden ones too, but not .git', () => {
    const root = fileTree(MODEL);
    const outputPath = path.join(temporaryFolder(), 'out');
    const plan = discover({ ...base, paths: [root], outputPath });
    expect(
      linesOf(plan, root).map((line) => line.replaceAll(path.relative(root, outputPath), 'OUT')),
    ).toEqual([
      'compress model-1.safetensors → OUT/model-1.safetensors.znn',
      'compress unet/diffusion.bin → OUT/unet/diffusion.bin.znn',
      'copy config.json → OUT/config.json',
      'copy tokenizer.bin → OUT/tokenizer.bin',
      'skip .git',
      'rewrite-attributes .gitattributes → OUT/.gitattributes',
      'rewrite-index model.safetensors.index.json → OUT/model.safetensors.index.json',
      'rewrite-index unet/diffusion.bin.index.json → OUT/unet/diffusion.bin.index.json',
    ]);
    expect(plan.groups[0]?.targetFolders).toEqual(
      ['', '/empty', '/unet'].map((folder) => ({ path: outputPath + folder, likePath: root + folder })),
    );
    expect(plan.notes).toEqual([]);
  });

  test.each([
    [{ include: ['*.bin'] }, ['unet/diffusion.bin']],
    [{ include: ['unet/'] }, ['unet/diffusion.bin']],
    [{ include: ['*'] }, ['model-1.safetensors', 'unet/diffusion.bin']],
    [{ exclude: ['model-?.*'] }, ['unet/diffusion.bin']],
    [{ exclude: ['unet/*'] }, ['model-1.safetensors']],
    [{ exclude: ['unet'] }, ['model-1.safetensors']],
    [{ exclude: ['UNET', 'not-there/'] }, ['model-1.safetensors']],
  ])('%o', (choice, expected) => {
    const { '.gitattributes': _, ...model } = MODEL;
    const root = fileTree(model);
    expect(planned(root, choice)).toEqual(expected.map((file) => `compress ${file} → ${file}.znn`));
  });

  test('what is compressed already is skipped, and said so; what an earlier run made is not mentioned', () => {
    const root = fileTree({ 'a.bin': '', 'a.bin.znn': '', 'b.bin.znn': '', 'c.znn.safetensors': '' });
    const plan = discover({ ...base, paths: [root] });
    expect(linesOf(plan, root)).toEqual([
      'compress a.bin → a.bin.znn',
      'skip b.bin.znn',
      'skip c.znn.safetensors',
    ]);
    expect(plan.groups[0]?.tasks[1]?.reason).toBe('already compressed');
  });

  test('with -o what an earlier run made beside its original is made anew, not copied over it', () => {
    const files = { 'a.safetensors': '', 'a.safetensors.znn': '', 'a.znn.safetensors': '', 'b.bin.znn': '' };
    const root = fileTree(files);
    const outputPath = path.join(temporaryFolder(), 'out');
    const actions = (format: 'znn' | 'safetensors') =>
      discover({ ...base, paths: [root], outputPath, format })
        .groups.flatMap(({ tasks }) => tasks)
        .map(({ action, sourcePath }) => `${action} ${path.basename(sourcePath)}`);
    expect(actions('znn')).toEqual([
      'compress a.safetensors',
      'copy a.znn.safetensors',
      'copy b.bin.znn',
      'skip a.safetensors.znn',
    ]);
    expect(actions('safetensors')).toEqual([
      'compress a.safetensors',
      'copy a.safetensors.znn',
      'copy b.bin.znn',
      'skip a.znn.safetensors',
    ]);
  });

  test('weights in a folder with a line break in its name are found; a pattern matches none there, and they are copied', () => {
    const root = fileTree({ 'x\ny/a.bin': '' });
    const outputPath = path.join(temporaryFolder(), 'out');
    expect(planned(root, { outputPath })).toEqual([expect.stringMatching(/^compress x\ny\/a.bin/)]);
    const include = ['*.bin'];
    expect(planned(root, { outputPath, include })).toEqual([expect.stringMatching(/^copy x\ny\/a.bin/)]);
  });

  test('unfinished outputs are left out, said so with -o', () => {
    const root = fileTree({ 'a.bin': '', '.a.bin.znn.host-1-00000000-00000000.znn-tmp': '' });
    const outputPath = path.join(temporaryFolder(), 'out');
    expect(planned(root, {})).toHaveLength(1);
    expect(planned(root, { outputPath })[1]).toBe('skip .a.bin.znn.host-1-00000000-00000000.znn-tmp');
  });

  test('a folder without weights is noted', () => {
    const root = fileTree({ 'config.json': '' });
    expect(discover({ ...base, paths: [root] }).notes).toEqual([`${root}: no weight files found`]);
  });
});

describe('decompress', () => {
  test('a folder, with -o', () => {
    const root = fileTree({
      'a.safetensors.znn': '',
      'b.bin.znn': '',
      'config.json': '',
      'x.bin.index.json': '',
    });
    const outputPath = path.join(temporaryFolder(), 'out');
    const lines = planned(root, { verb: 'decompress', outputPath, include: ['*.safetensors'] });
    expect(lines.map((line) => line.replaceAll(path.relative(root, outputPath), 'OUT'))).toEqual([
      'decompress a.safetensors.znn → OUT/a.safetensors',
      'copy b.bin.znn → OUT/b.bin.znn',
      'copy config.json → OUT/config.json',
      'rewrite-index x.bin.index.json → OUT/x.bin.index.json',
    ]);
  });

  test.each(['unet', 'unet/', 'b.*', 'b.bin', 'B.BIN.znn'])('a folder, without %s', (pattern) => {
    const root = fileTree({ 'a.safetensors.znn': '', 'unet/b.bin.znn': '' });
    expect(planned(root, { verb: 'decompress', exclude: [pattern, 'not-there/'] })).toEqual([
      'decompress a.safetensors.znn → a.safetensors',
    ]);
  });

  test('a named file must end in .znn, or its output must be named', () => {
    const root = fileTree({ 'a.zn': '', '.znn': '' });
    const [file, dot] = [path.join(root, 'a.zn'), path.join(root, '.znn')];
    expect(planned(root, { verb: 'decompress', paths: [file, dot] })).toEqual(['refuse a.zn', 'refuse .znn']);
    const outputPath = path.join(root, 'a');
    expect(planned(root, { verb: 'decompress', paths: [file], outputPath })).toEqual(['decompress a.zn → a']);
  });
});

describe('named files', () => {
  test('are compressed whatever their name, into the file or the folder that -o names', () => {
    const root = fileTree({ 'notes.txt': '', 'folder/': '' });
    const paths = [path.join(root, 'notes.txt')];
    expect(planned(root, { paths })).toEqual(['compress notes.txt → notes.txt.znn']);
    expect(planned(root, { paths, outputPath: path.join(root, 'n') })).toEqual(['compress notes.txt → n']);
    expect(planned(root, { paths, outputPath: path.join(root, 'folder') })).toEqual([
      'compress notes.txt → folder/notes.txt.znn',
    ]);
    expect(planned(root, { paths, outputPath: `${root}/new/` })).toEqual([
      'compress notes.txt → new/notes.txt.znn',
    ]);
  });

  test('several go to a folder, folders under their own names', () => {
    const root = fileTree({ 'a.bin': '', 'unet/b.bin': '', there: '' });
    const paths = [path.join(root, 'a.bin'), path.join(root, 'unet')];
    expect(planned(root, { paths, outputPath: path.join(root, 'out') })).toEqual([
      'compress a.bin → out/a.bin.znn',
      'compress unet/b.bin → out/unet/b.bin.znn',
    ]);
    expect(() => planned(root, { paths, outputPath: path.join(root, 'there') })).toThrow(
      /several paths go to a folder/,
    );
  });

  test('one that is missing is refused, and the others go on', () => {
    const root = fileTree({ 'a.bin': '' });
    const paths = [path.join(root, 'missing'), path.join(root, 'a.bin'), path.join(root, 'missing*')];
    expect(planned(root, { paths })).toEqual([
      'refuse missing',
      'compress a.bin → a.bin.znn',
      'refuse missing*',
    ]);
  });

  test('a FIFO is refused', () => {
    const root = temporaryFolder();
    spawnSync('mkfifo', [path.join(root, 'fifo')]);
    expect(planned(root, { paths: [path.join(root, 'fifo')] })).toEqual(['refuse fifo']);
  });

  test('a file named twice, or named and found, is done once', () => {
    const root = fileTree({ 'a.bin': '' });
    const file = path.join(root, 'a.bin');
    expect(planned(root, { paths: [file, root, `${root}/./a.bin`] })).toEqual(['compress a.bin → a.bin.znn']);
  });
});

describe('globs', () => {
  const files = { 'a.bin': '', '[a].bin': '', 'b.txt': '', '.h.bin': '', 'sub/c.bin': '' };

  test('stand for what a shell would put in their place', () => {
    const root = fileTree(files);
    expect(planned(root, { paths: [`${root}/*.bin`] })).toEqual([
      'compress [a].bin → [a].bin.znn',
      'compress a.bin → a.bin.znn',
    ]);
    expect(planned(root, { paths: [`${root}/s*`] })).toEqual(['compress sub/c.bin → sub/c.bin.znn']);
  });

  test('a path that exists is itself', () => {
    const root = fileTree(files);
    expect(planned(root, { paths: [`${root}/[a].bin`] })).toEqual(['compress [a].bin → [a].bin.znn']);
  });

  test('a folder of any name is walked', () => {
    const root = fileTree({ '(x) {y} [z]*!/a.bin': '', '(x) {y} [z]*!/q?/b.bin': '' });
    expect(planned(root, { paths: [`${root}/(x) {y} [z]*!`] })).toEqual([
      'compress (x) {y} [z]*!/a.bin → (x) {y} [z]*!/a.bin.znn',
      'compress (x) {y} [z]*!/q?/b.bin → (x) {y} [z]*!/q?/b.bin.znn',
    ]);
  });
});

describe('links', () => {
  test('to files are read through, wherever they lead; broken ones are refused', () => {
    const root = temporaryFolder();
    const elsewhere = fileTree({ blob: 'x' });
    symlinkSync(path.join(elsewhere, 'blob'), path.join(root, 'model.bin'));
    symlinkSync('nowhere', path.join(root, 'broken.bin'));
    symlinkSync('nowhere', path.join(root, 'broken.txt'));
    symlinkSync('self.bin', path.join(root, 'self.bin'));
    expect(planned(root, {})).toEqual([
      'compress model.bin → model.bin.znn',
      'refuse broken.bin',
      'refuse self.bin',
    ]);
  });

  test('to folders are followed inside the folder, without cycles', () => {
    const root = fileTree({ 'a/x.bin': '', 'b/y.bin': '' });
    symlinkSync('..', path.join(root, 'a', 'up'));
    symlinkSync('../b', path.join(root, 'a', 'to-b'));
    symlinkSync('../a', path.join(root, 'b', 'to-a'));
    const outputPath = path.join(temporaryFolder(), 'out');
    const lines = planned(root, { outputPath }).map((line) => line.replace(/ → .*/, ''));
    expect(lines).toEqual([
      'compress a/to-b/y.bin',
      'compress a/x.bin',
      'compress b/to-a/x.bin',
      'compress b/y.bin',
      'skip a/to-b/to-a',
      'skip a/up',
      'skip b/to-a/to-b',
      'skip b/to-a/up',
    ]);
  });

  test('to folders outside are not followed, and that is said', () => {
    const root = fileTree({ 'a.bin': '' });
    symlinkSync(fileTree({ 'x.bin': '' }), path.join(root, 'outside'));
    expect(discover({ ...base, paths: [root] }).groups[0]?.tasks[1]).toMatchObject({ leftOut: 'of-run' });
    const plan = discover({ ...base, paths: [root], outputPath: path.join(temporaryFolder(), 'out') });
    expect(plan.groups[0]?.tasks[1]).toMatchObject({
      action: 'skip',
      leftOut: 'of-output',
      reason: expect.stringContaining('outside'),
    });
  });
});

describe('requests that make no sense as a whole', () => {
  const refusal = (request: Partial<DiscoverRequest>) => {
    try {
      discover({ ...base, ...request });
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const invalid = (message: string) =>
    expect.objectContaining({ code: 'invalid-argument', message: expect.stringContaining(message) });

  test('an output in its source folder, by path or by link', () => {
    const root = fileTree({ 'a.bin': '', 'sub/': '' });
    const link = path.join(temporaryFolder(), 'link');
    symlinkSync(root, link);
    expect(refusal({ paths: [root], outputPath: path.join(root, 'out') })).toEqual(
      invalid('inside the source folder'),
    );
    expect(refusal({ paths: [root], outputPath: path.join(link, 'out') })).toEqual(
      invalid('inside the source folder'),
    );
    expect(refusal({ paths: [root], outputPath: link })).toEqual(invalid('is the source folder'));
  });

  test('two sources for one target', () => {
    const root = fileTree({ 'a/x.bin': '', 'b/x.bin': '' });
    const paths = [path.join(root, 'a/x.bin'), path.join(root, 'b/x.bin')];
    expect(refusal({ paths, outputPath: path.join(root, 'out') })).toEqual(invalid('both'));
    const folder = fileTree({ 'x.bin': '', 'x.bin.znn': '' });
    const outputPath = path.join(root, 'new');
    expect(refusal({ verb: 'decompress', paths: [folder], outputPath })).toEqual(invalid('both'));
  });

  test('an output that is an input', () => {
    const root = fileTree({ 'a.bin': '' });
    const file = path.join(root, 'a.bin');
    expect(refusal({ paths: [file], outputPath: `${root}/./a.bin` })).toEqual(invalid('itself an input'));
  });

  test('a folder onto a file, and onto a link that leads nowhere', () => {
    const root = fileTree({ 'model/a.bin': '', file: '' });
    symlinkSync('nowhere', path.join(root, 'link'));
    const paths = [path.join(root, 'model')];
    expect(refusal({ paths, outputPath: path.join(root, 'file') })).toEqual(
      invalid('a folder goes to a folder'),
    );
    expect(refusal({ paths, outputPath: path.join(root, 'link') })).toEqual(
      invalid('a link that leads nowhere'),
    );
  });
});

describe('a Hugging Face cache', () => {
  /** A cache with one model, snapshots linked to blobs. */
  function hubCache(): { home: string; cache: string; snapshot: string } {
    const home = temporaryFolder();
    const cache = path.join(home, '.cache', 'huggingface', 'hub');
    const model = path.join(cache, 'models--org--name');
    const snapshot = path.join(model, 'snapshots', 'abc');
    mkdirSync(snapshot, { recursive: true });
    mkdirSync(path.join(model, 'blobs'));
    writeFileSync(path.join(model, 'blobs', 'f00'), 'weights');
    symlinkSync('../../blobs/f00', path.join(snapshot, 'model.safetensors'));
    return { home, cache, snapshot };
  }
  const refused = expect.objectContaining({
    code: 'invalid-argument',
    message: expect.stringMatching(/cache.*-o/),
  });

  test('is read with -o', () => {
    const { home, snapshot } = hubCache();
    const outputPath = path.join(home, 'out');
    const machine = { environment: {}, homePath: home };
    expect(planned(snapshot, { outputPath, machine })[0]).toMatch(/^compress model.safetensors → .*out/);
    expect(readdirSync(home)).toEqual(['.cache']);
  });

  test('is never written to, wherever it lies', () => {
    const { home, snapshot } = hubCache();
    for (const homePath of [home, '/nonexistent']) {
      const machine = { environment: {}, homePath };
      expect(() => planned(snapshot, { machine })).toThrow(refused);
      expect(() => planned(snapshot, { machine, paths: [`${snapshot}/model.safetensors`] })).toThrow(refused);
    }
  });

  test.each([
    ['HF_HOME', ''],
    ['HF_HUB_CACHE', 'hub'],
    ['HUGGINGFACE_HUB_CACHE', 'hub'],
  ])('is found by %s', (name, below) => {
    const root = fileTree({ 'hub/any/model.bin': '' });
    const environment = { [name]: path.join(root, below) };
    const paths = [path.join(root, 'hub', 'any')];
    expect(() => planned(root, { paths, machine: { environment, homePath: '/x' } })).toThrow(refused);
    expect(() =>
      planned(root, { paths, machine: { environment: { [name]: '' }, homePath: '/x' } }),
    ).not.toThrow();
  });

  test('is found by XDG_CACHE_HOME, and with a tilde', () => {
    const root = fileTree({ 'c/huggingface/hub/model.bin': '' });
    const machine = { environment: { XDG_CACHE_HOME: '~/c' }, homePath: root };
    expect(() => planned(root, { machine })).toThrow(refused);
  });
});

test('targets that differ only by case are noted', () => {
  const root = fileTree({ 'a.bin': '', 'A.bin': '' });
  expect(discover({ ...base, paths: [root] }).notes).toEqual([
    expect.stringContaining('differ only by case'),
  ]);
});

test('verify and info find compressed files, info weights too, and write nothing', () => {
  const root = fileTree({ 'a.bin': '', 'a.bin.znn': '', 'config.json': '' });
  expect(planned(root, { verb: 'verify' })).toEqual(['verify a.bin.znn']);
  expect(planned(root, { verb: 'info' })).toEqual(['describe a.bin', 'describe a.bin.znn']);
});
