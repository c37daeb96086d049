// `__metadata__` of a safetensors header: a few entries as a rule, but there may be millions, of which readers ask for four.
// So the others stay text and are read again by who wants all: 800,000 short ones take 80 MB as a map.

import { ZnnError } from '../../errors.js';
import {
  COMPRESSED_VECTORS_KEY,
  CONTAINER_INDEX_KEY,
  CONTAINER_VERSION_KEY,
  FORMAT_KEY,
} from '../container/keys.js';
import { forEachMember, requireToken } from '../json/reader.js';
import { JsonScanner } from '../json/scanner.js';
import { METADATA_KEY } from './entry.js';

const KNOWN_KEYS = [COMPRESSED_VECTORS_KEY, CONTAINER_INDEX_KEY, CONTAINER_VERSION_KEY, FORMAT_KEY] as const;
/** The keys that a container is read by. */
export type KnownKey = (typeof KNOWN_KEYS)[number];

/** The pairs of `__metadata__` in their order, each key once. */
export class HeaderMetadata implements Iterable<readonly [key: string, value: string]> {
  private readonly known = new Map<string, string>();
  private readonly text: string;
  /** Where the object begins in the text. */
  private readonly start: number;

  /** Reads the object whose `{` is current; its `}` is current afterwards.
   * @throws ZnnError `corrupt` unless it is an object of strings, each key once */
  constructor(scanner: JsonScanner) {
    this.text = scanner.text;
    this.start = scanner.start;
    const order = new KeyOrder();
    forEachMember(scanner, `an object as ${METADATA_KEY}`, (key) => {
      requireToken(scanner, 'string', `a string as value in ${METADATA_KEY}`);
      const value = scanner.stringValue();
      if (isKnown(key)) this.known.set(key, value);
      order.add(key);
    });
    if (!order.isAscending) this.assertDistinct();
  }

  get(key: KnownKey): string | undefined {
    return this.known.get(key);
  }

  has(key: KnownKey): boolean {
    return this.known.has(key);
  }

  *[Symbol.iterator](): Generator<readonly [key: string, value: string]> {
    const scanner = new JsonScanner(this.text, this.start);
    scanner.next();
    // What was read once has no faults.
    while (scanner.next() !== '}') {
      if (scanner.kind === ',') scanner.next();
      const key = scanner.stringValue();
      scanner.next();
      scanner.next();
      yield [key, scanner.stringValue()];
    }
  }

  private assertDistinct(): void {
    const keys = new Set<string>();
    for (const [key] of this) {
      if (keys.has(key)) {
        throw new ZnnError('corrupt', `${METADATA_KEY}: ${JSON.stringify(key)} occurs twice`);
      }
      keys.add(key);
    }
  }
}

function isKnown(key: string): boolean {
  return (KNOWN_KEYS as readonly string[]).includes(key);
}

/** Whether keys stand in order, by letters or, as those that count, by length and then by letters: then no two are equal. */
class KeyOrder {
  private last: string | undefined;
  private isByLetters = true;
  private isByLength = true;

  get isAscending(): boolean {
    return this.isByLetters || this.isByLength;
  }

  add(key: string): void {
    const { last } = this;
    this.last = key;
    if (last === undefined) return;
    this.isByLetters &&= last < key;
    this.isByLength &&= last.length < key.length || (last.length === key.length && last < key);
  }
}
