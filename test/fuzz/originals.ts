import { createHash } from 'node:crypto';
import { Finding } from './target.js';

/** What damaged files of ours may still restore to: what they were made of, and nothing else. */
export class Originals {
  private readonly hashes = new Set<string>();

  add(raw: Uint8Array): Uint8Array {
    this.hashes.add(hash(raw));
    return raw;
  }

  /** @throws Finding */
  check(raw: Uint8Array): void {
    if (!this.hashes.has(hash(raw))) throw new Finding(`${raw.length} other bytes`);
  }
}

function hash(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('base64');
}
