import { ZnnError } from '../../src/errors.js';
import type { Random } from './mutate.js';

/** What a run of one input came to; both are in order. */
export interface Outcome {
  readonly verdict: 'accepted' | 'refused';
  /** The refusal's message. Inputs that are refused for a new reason are mutated further. */
  readonly reason: string;
}

export const ACCEPTED: Outcome = { verdict: 'accepted', reason: '' };

export function refusedFor(reason: string): Outcome {
  return { verdict: 'refused', reason };
}

/** Something that reads untrusted bytes, and what must hold whatever they are. */
export interface FuzzTarget {
  readonly name: string;
  /** Good inputs, to be mutated. */
  readonly corpus: () => readonly Uint8Array[];
  /** Another good input, of whatever shape `random` gives it. */
  fresh?(random: Random): Uint8Array;
  /** Knows the structure of its inputs: what checksums and lengths a mutation makes wrong it may put right again. */
  mutate?(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array;
  /** Runs one input.
   * @throws anything when a property does not hold; a ZnnError of the product does not get out of here */
  run(input: Uint8Array): Outcome;
}

/** A finding: what must hold does not. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** Passes the value on to `check`; a ZnnError is a refusal, anything else that is thrown a finding. */
export function outcomeOf<Value>(action: () => Value, check: (value: Value) => void = () => {}): Outcome {
  let value: Value;
  try {
    value = action();
  } catch (thrown) {
    if (!(thrown instanceof ZnnError)) throw thrown;
    return refusedFor(thrown.message);
  }
  check(value);
  return ACCEPTED;
}

export function isEqual(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Buffer.compare(one, other) === 0;
}
