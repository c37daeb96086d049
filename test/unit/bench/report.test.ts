import { describe, expect, test } from 'vitest';
import { withResults } from '../../../scripts/bench/documents.js';
import { assessGoals, GOALS } from '../../../scripts/bench/goals.js';
import { readOptions } from '../../../scripts/bench/options.js';
import { chartOption, plotReport } from '../../../scripts/bench/plot.js';
import { findMeasurement, measurementOf, parseReport } from '../../../scripts/bench/report.js';
import { allTables, markdownTable, readmeTables } from '../../../scripts/bench/tables.js';

const GIB = 2 ** 30;

/** One measurement of a file of 1 GiB, or what `what` says. */
function measured(what: Record<string, unknown>, ...samples: number[]) {
  const defaults = { section: 'files', dataSet: 'bf16', threads: 0, rawBytes: GIB, encodedBytes: GIB / 2 };
  return measurementOf({ ...defaults, ...what, samples } as unknown as Parameters<typeof measurementOf>[0]);
}

function reportOf(...measurements: ReturnType<typeof measured>[]) {
  return {
    reportVersion: 1,
    createdAt: '2030-01-02T03:04:05.000Z',
    command: 'npm run bench --',
    quick: false,
    machine: { cpu: 'A chip', processors: 2, memoryBytes: 8 * GIB, system: 'Linux 6 x64' },
    versions: { znn: '0.1.0', node: '20.0.0' },
    dataSets: [{ id: 'bf16', label: 'BF16' }],
    peers: [
      { id: 'znn', label: 'znn' },
      { id: 'cp', label: 'cp' },
    ],
    measurements,
    skipped: [],
  };
}

const report = reportOf(
  measured({ operation: 'compress', peer: 'znn' }, 0.6, 0.5, 0.7),
  measured({ operation: 'compress', peer: 'cp', encodedBytes: GIB }, 0.5),
  measured({ operation: 'decompress', peer: 'znn', peakBytes: 100e6 }, 0.9),
  measured({ operation: 'decompress', peer: 'cp', encodedBytes: GIB }, 0.5),
  measured({ section: 'codec', operation: 'decode', peer: 'znn', threads: 1, rawBytes: 1e9 }, 0.25),
  measured({ section: 'codec', operation: 'decode', peer: 'znn', threads: 2, rawBytes: 2e9 }, 0.25),
  measured({ section: 'codec', operation: 'decode', peer: 'stock', threads: 1, rawBytes: 1e9 }, 0.5),
);

describe('report', () => {
  test('has samples and what they sum up to', () => {
    const row = findMeasurement(report, { operation: 'compress', peer: 'znn' });
    expect(row?.seconds).toEqual({
      samples: [0.6, 0.5, 0.7],
      count: 3,
      median: 0.6,
      min: 0.5,
      max: 0.7,
      lowerQuartile: 0.55,
      upperQuartile: expect.closeTo(0.65),
    });
    expect(findMeasurement(report, { peer: 'nobody' })).toBeUndefined();
  });

  test('survives JSON; another version or another thing is refused', () => {
    expect(parseReport(JSON.stringify(report))).toEqual(report);
    expect(() => parseReport(JSON.stringify({ ...report, reportVersion: 2 }))).toThrow('version 1');
    expect(() => parseReport('null')).toThrow('not a benchmark report');
  });
});

describe('goals', () => {
  const resultOf = (label: string) => assessGoals(report).find((goal) => goal.label === label);

  test('compare what was measured with their limits, the right way round', () => {
    expect(resultOf('znn compress, BF16 file to file, against cp')).toMatchObject({ value: 1.2, met: true });
    expect(resultOf('znn decompress, BF16 file to file, against cp')).toMatchObject({
      value: 1.8,
      met: false,
    });
    const core = 'decode, one thread, BF16, against the stock core';
    expect(resultOf(core)).toMatchObject({ value: 2, met: true });
    expect(resultOf('codec, decode, 2 threads against 1')).toMatchObject({ value: 2, met: true });
  });

  test('say nothing where nothing was measured', () => {
    const empty = assessGoals(reportOf());
    expect(empty.map(({ value, met }) => [value, met])).toEqual(GOALS.map(() => [undefined, undefined]));
  });

  test('have labels of their own', () => {
    expect(new Set(GOALS.map(({ label }) => label)).size).toBe(GOALS.length);
  });
});

describe('tables', () => {
  test('are Markdown', () => {
    expect(markdownTable(['a', 'b'], [['x', '1']])).toBe('| a | b |\n|---|---:|\n| x | 1 |');
  });

  test('of the README show times, sizes, ratio to cp, memory and where they come from', () => {
    const text = readmeTables(report);
    expect(text).toContain('| compress | znn | cp | znn ÷ cp |');
    expect(text).toContain('| BF16 | 0.60 s | 0.50 s (0.83) | 1.20 × |');
    expect(text).toContain('| BF16 | 0.90 s | 0.50 s (0.56) | 1.80 × | 100 MB |');
    expect(text).toContain('| BF16 | 50.00 % |');
    expect(text).toContain('A chip, 2 processors, 8 GiB');
    expect(text).not.toContain('Quick run');
  });

  test('of a quick run say so', () => {
    expect(allTables({ ...report, quick: true })).toContain('Quick run');
  });

  test('leave out what was not measured', () => {
    expect(allTables(reportOf())).not.toContain('### Codec');
    expect(allTables(report)).toContain('| decode BF16 | 4.00 | 2.00 | 8.00 | 2.00 × |');
  });
});

describe('plot', () => {
  test('is an SVG document with a bar for each measurement', () => {
    const svg = plotReport(report);
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('BF16');
    const values = chartOption(report).series.flatMap(({ data }) => data);
    expect(values).toEqual([0.6, 0.5, 0.9, 0.5]);
  });
});

describe('results in a document', () => {
  const place = { heading: '## Speed', before: '## Limits' };

  test('get a section of their own before the named one, and replace nothing but themselves', () => {
    const once = withResults('# T\n\ntext\n\n## Limits\n\nend\n', 'one', place);
    expect(once).toMatch(
      /^# T\n\ntext\n\n## Speed\n\n<!-- .* -->\n\none\n\n<!-- .* -->\n\n## Limits\n\nend\n$/,
    );
    expect(withResults(once, 'two', place)).toBe(once.replace('\none\n', '\ntwo\n'));
  });

  test('come last where no section is named', () => {
    expect(withResults('# T\n', 'one', { heading: '## Results' })).toMatch(
      /^# T\n\n## Results\n\n<!--.*\n\none\n\n<!-- .* -->\n$/,
    );
  });

  test('with one mark only are refused', () => {
    const once = withResults('# T\n', 'one', place);
    expect(() => withResults(once.replace('<!-- /bench -->', ''), 'two', place)).toThrow('pair');
  });
});

describe('options', () => {
  test('default to a full run of everything', () => {
    const { quick, sections, dataIds, sizes, writesReadme } = readOptions([]);
    expect([quick, sections.size, dataIds, writesReadme]).toEqual([false, 6, undefined, false]);
    expect(sizes.fileBytes).toBe(GIB);
  });

  test('of a quick run mean smaller files and fewer data sets', () => {
    const { sizes, dataIds } = readOptions(['--quick']);
    expect(sizes.fileBytes).toBeLessThan(GIB / 8);
    expect(dataIds?.length).toBeGreaterThan(0);
    expect(readOptions(['--quick', '--data', 'f16,int4']).dataIds).toEqual(['f16', 'int4']);
  });

  test('that make no sense are refused', () => {
    expect(() => readOptions(['--only', 'files,nothing'])).toThrow('no section "nothing"');
    expect(() => readOptions(['--fast'])).toThrow();
  });
});
