// The release kernels in a memory of their own, for tests that call them directly.

import { instantiateKernels } from '../../src/codec/kernels.js';
import { compileKernels } from '../../src/io/kernels-file.js';

/** Working memory for any kernel, at the bottom of the memory. */
export const WORK = 1024;
/** The decoder's, which no other kernel writes to. */
export const DECODE_WORK = 0x40000;
/** Small tables (histogram, lengths, codes) that a test hands to a kernel. */
export const TABLES = 0x20000;
const TARGET = 0x100000;
const CANARY = 0xa5;
const CANARY_BYTES = 64;

const instance = instantiateKernels(compileKernels());
export const kernels = instance.exports;
export const memory = instance.bytes;

/** Puts `bytes` at the very end of the memory, so that a read past them traps; returns their address. */
export function placeAtEnd(bytes: Uint8Array): number {
  const address = memory.length - bytes.length;
  memory.set(bytes, address);
  return address;
}

/** Reserves targets between canaries. `check` throws if a kernel wrote outside one of them. */
export function guardedTargets(...sizes: number[]): { addresses: number[]; check(): void } {
  let next = TARGET;
  const guards: number[] = [];
  const guard = () => {
    memory.fill(CANARY, next, next + CANARY_BYTES);
    guards.push(next);
    next += CANARY_BYTES;
  };
  guard();
  const addresses = sizes.map((size) => {
    const address = next;
    memory.fill(0, next, next + size);
    next += size;
    guard();
    return address;
  });
  const check = () => {
    for (const start of guards) {
      for (let at = start; at < start + CANARY_BYTES; at++) {
        if (memory[at] !== CANARY)
          throw new Error(`a kernel wrote outside its target, at canary byte ${at - start}`);
      }
    }
  };
  return { addresses, check };
}

export const copyOut = (address: number, bytes: number): Uint8Array => memory.slice(address, address + bytes);
