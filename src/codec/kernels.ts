import { ZnnError } from '../errors.js';
import type { KernelExports } from './kernel-exports.js';
import { CODE_REGIONS, MEMORY_BYTES } from './memory.js';

/** One instance of the kernels with its own memory, which codec/memory.ts lays out. Not shared between threads. */
export interface Kernels {
  readonly exports: KernelExports;
  /** The whole memory. It never grows, so the view stays valid. */
  readonly bytes: Uint8Array;
  /** The code that the table of pair codes in memory belongs to, if it may serve again. */
  pairCodesOwner?: object | undefined;
}

/** A fresh instance with its own memory. The module imports nothing; who has a file system loads it (`io/kernels-file.ts`).
 * @throws ZnnError `io` when the address space has no room, or when the build is stale. */
export function instantiateKernels(module: WebAssembly.Module): Kernels {
  const exports = newInstance(module);
  const bytes = new Uint8Array(exports.memory.buffer);
  if (bytes.length < MEMORY_BYTES) {
    throw new ZnnError('io', `kernels: memory of ${bytes.length} bytes, ${MEMORY_BYTES} needed; build again`);
  }
  for (const { name, regionBytes } of CODE_REGIONS) {
    const neededBytes = exports[name].value;
    if (neededBytes > regionBytes) {
      throw new ZnnError(
        'io',
        `kernels: ${name} is ${neededBytes}, the region has ${regionBytes}; build again`,
      );
    }
  }
  return { exports, bytes };
}

function newInstance(module: WebAssembly.Module): KernelExports {
  try {
    return new WebAssembly.Instance(module).exports as unknown as KernelExports;
  } catch (cause) {
    throw new ZnnError(
      'io',
      'kernels: no address space for WebAssembly memory, which wants about 10 GB of it (not of RAM) for guard pages; raise `ulimit -v`, or run `node --disable-wasm-trap-handler`',
      {},
      cause,
    );
  }
}
