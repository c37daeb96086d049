/** What a run of one input came to; both are in order. */
export type Verdict = 'accepted' | 'refused';

/** Something that reads untrusted bytes, and what must hold whatever they are. */
export interface FuzzTarget {
  readonly name: string;
  /** Good inputs, to be mutated. */
  readonly corpus: () => readonly Uint8Array[];
  /** Runs one input.
   * @throws anything when a property does not hold; a ZnnError of the product does not get out of here */
  run(input: Uint8Array): Verdict;
}

/** A finding: what must hold does not. */
export class Finding extends Error {
  override readonly name = 'Finding';
}
