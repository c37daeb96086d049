import type { Hash } from 'node:crypto';

/** A new hash. What computes it is loaded for the first who asks: most runs have no use for it, and would wait for it. */
export async function startHash(algorithm: 'sha256' | 'sha1'): Promise<Hash> {
  const { createHash } = await import('node:crypto');
  return createHash(algorithm);
}
