// The part of the WebAssembly API that the codec uses. TypeScript has it only in its library for browser pages, which
// would let every other browser global pass the type check too.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): { module: string; name: string; kind: string }[];
  }
  type Exports = Record<string, unknown>;
  class Instance {
    constructor(module: Module);
    readonly exports: Exports;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Global {
    readonly value: number;
  }
}
