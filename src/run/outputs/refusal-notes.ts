import path from 'node:path';
import type { Refusal } from '../../io/outputs/refusals.js';
import type { RunObserver } from '../types.js';

const WORDS: Readonly<Record<Refusal['kind'], { refused: string; follows: string }>> = {
  mode: { refused: 'takes no modes', follows: 'files keep its own' },
  owner: { refused: 'takes no owners', follows: 'files belong to whoever runs this' },
  times: { refused: 'does not take the times', follows: 'files keep its own' },
  durability: { refused: 'cannot promise durability', follows: 'a power cut may undo what was written' },
};

/** What file systems refuse in the course of a run, said once for each kind and not for each of 1,000 files. */
export class RefusalNotes {
  private readonly said = new Set<Refusal['kind']>();

  constructor(private readonly observer: RunObserver | undefined) {}

  add(refusals: readonly Refusal[]): void {
    for (const refusal of refusals) {
      if (this.said.has(refusal.kind)) continue;
      this.said.add(refusal.kind);
      this.observer?.onNote?.(noteOf(refusal));
    }
  }
}

function noteOf({ kind, path: filePath, answer }: Refusal): string {
  const { refused, follows } = WORDS[kind];
  const first = `first ${path.basename(filePath)}`;
  return `${path.dirname(filePath)}: this file system ${refused} (${answer}): ${follows}; ${first}`;
}
