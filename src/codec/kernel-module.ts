import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { KernelExports } from './kernel-exports.js';

const WASM_URL = new URL('../../dist/kernels.wasm', import.meta.url);

/** The compiled kernels; compile once, then send the module to each worker.
 * V8's baseline compiler makes this code 2–6 times slower, and it never replaces a loop that is already running, so the
 * optimizing compiler is asked for from the start: 9 ms for this module. */
export function compileKernels(): WebAssembly.Module {
  setFlagsFromString('--no-liftoff');
  return new WebAssembly.Module(readFileSync(WASM_URL));
}

/** A fresh instance with its own memory. The module imports nothing.
 * @throws RangeError when the address space has no room for the memory and its guard pages. */
export function instantiateKernels(module: WebAssembly.Module): KernelExports {
  return new WebAssembly.Instance(module).exports as unknown as KernelExports;
}
