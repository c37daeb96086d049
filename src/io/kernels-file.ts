import { readFileSync } from 'node:fs';

// From dist/ also when this file runs as source, under a test runner.
const WASM_URL = new URL('../../dist/kernels.wasm', import.meta.url);

let compiledKernels: WebAssembly.Module | undefined;

/** The kernels, compiled once a process: workers are sent the module. */
export function compileKernels(): WebAssembly.Module {
  compiledKernels ??= new WebAssembly.Module(readFileSync(WASM_URL));
  return compiledKernels;
}
