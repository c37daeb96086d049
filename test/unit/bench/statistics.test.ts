import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alternate, turnsOf } from '../../../scripts/bench/alternate.js';
import {
  medianOf,
  pairedRatioOf,
  quantileOf,
  spreadPercentOf,
  summarize,
} from '../../../scripts/bench/statistics.js';
import { summedPass } from '../../../scripts/bench/summed-pass.js';
import { createRandom } from '../../../scripts/fixtures.js';

const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

describe('quantiles', () => {
  test('of known samples', () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
    expect(quantileOf([10, 20, 30, 40, 50], 0.25)).toBe(20);
    expect(quantileOf([7], 0.9)).toBe(7);
  });

  test('lie in order and within the samples', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const { min, lowerQuartile, median, upperQuartile, max, count } = summarize(values);
        expect([min, lowerQuartile, median, upperQuartile, max]).toEqual(
          [min, lowerQuartile, median, upperQuartile, max].sort((a, b) => a - b),
        );
        expect([min, max, count]).toEqual([Math.min(...values), Math.max(...values), values.length]);
      }),
    );
  });

  test('do not care about the order of the samples, and leave it', () => {
    const values = [5, 1, 9, 3];
    expect(summarize(values)).toEqual(summarize([9, 5, 3, 1]));
    expect(values).toEqual([5, 1, 9, 3]);
  });

  test('of nothing are refused', () => {
    expect(() => medianOf([])).toThrow('no samples');
  });
});

test('a machine that slows down for a while does not move the paired ratio', () => {
  const theirs = [1, 1, 5, 5, 1];
  const mine = theirs.map((seconds) => seconds * 1.2);
  expect(pairedRatioOf(mine, theirs)).toBeCloseTo(1.2);
  expect(() => pairedRatioOf([1], [1, 2])).toThrow('1 samples against 2');
});

test('the spread is half the distance of the quartiles, in per cent', () => {
  expect(spreadPercentOf(summarize([90, 95, 100, 105, 110]))).toBe(5);
  expect(spreadPercentOf(summarize([0, 0]))).toBe(0);
});

describe('turns', () => {
  const peers = [{ id: 'a' }, { id: 'slow', rounds: 1 }, { id: 'b' }];

  test('alternate, and who has had its rounds drops out', () => {
    expect(turnsOf(peers, 2).map(({ round, peer }) => `${round}${peer.id}`)).toEqual([
      '0a',
      '0slow',
      '0b',
      '1a',
      '1b',
    ]);
  });

  test('come in another order each round, if there is chance', () => {
    const ids = ['a', 'b', 'c'];
    const turns = turnsOf(
      ids.map((id) => ({ id })),
      40,
      createRandom(1),
    );
    const orders = Array.from({ length: 40 }, (_, round) =>
      turns.filter((turn) => turn.round === round).map(({ peer }) => peer.id),
    );
    for (const order of orders) expect(order.toSorted()).toEqual(ids);
    expect(new Set(orders.map((order) => order.join(''))).size).toBe(6);
  });

  test('run one after the other, and their results come by peer', async () => {
    let running = 0;
    const results = await alternate(peers, 2, async ({ id }, round) => {
      expect(++running).toBe(1);
      await new Promise(setImmediate);
      running--;
      return `${id}${round}`;
    });
    expect(Object.fromEntries(results)).toEqual({ a: ['a0', 'a1'], slow: ['slow0'], b: ['b0', 'b1'] });
  });
});

test('threads side by side count as one of the sum of their speeds', () => {
  const pass = { rawBytes: 100, encodedBytes: 60 };
  expect(summedPass([{ ...pass, seconds: 2 }])).toEqual({ ...pass, seconds: 2 });
  expect(
    summedPass([
      { ...pass, seconds: 2 },
      { ...pass, seconds: 2 },
    ]),
  ).toEqual({ rawBytes: 200, encodedBytes: 120, seconds: 2 });
});
