import { expect, test } from 'vitest';
import { CODE_REGIONS, MEMORY_BYTES } from '../../src/codec/memory.js';
import { compileKernels } from '../../src/io/kernels-file.js';
import { kernels, memory } from '../support/kernels.js';

test('the release module imports nothing: no host function, no memory of somebody else', () => {
  expect(WebAssembly.Module.imports(compileKernels())).toEqual([]);
});

test('every kernel gets the memory that it asks for', () => {
  for (const { name, regionBytes } of CODE_REGIONS) {
    expect(kernels[name].value, name).toBeGreaterThan(0);
    expect(kernels[name].value, name).toBeLessThanOrEqual(regionBytes);
  }
  expect(memory.length).toBeGreaterThanOrEqual(MEMORY_BYTES);
});
