// Data for crafted files: the same for ever, from a seed.

/** Numbers from 0 up to but not including 1, from a linear congruential generator (Numerical Recipes' constants). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Bytes from 0 up to but not including `symbolCount`, each `rate` times as frequent as the rest above it; all occur. */
export function skewedBytes(seed: number, byteCount: number, symbolCount: number, rate: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: byteCount }, (_, index) => {
    if (index < symbolCount) return index;
    let symbol = 0;
    while (symbol < symbolCount - 1 && random() >= rate) symbol++;
    return symbol;
  });
}

/** Numbers around 0 as bfloat16 (2 bytes) or float32 (4 bytes). */
export function floatBytes(seed: number, count: number, elementBytes: 2 | 4): Uint8Array {
  const random = seededRandom(seed);
  const view = new DataView(new ArrayBuffer(count * elementBytes));
  for (let index = 0; index < count; index++) {
    const value = (random() + random() + random() - 1.5) * 0.05;
    if (elementBytes === 4) view.setFloat32(index * 4, value, true);
    else {
      const word = new DataView(new ArrayBuffer(4));
      word.setFloat32(0, value);
      view.setUint16(index * 2, word.getUint16(0), true);
    }
  }
  return new Uint8Array(view.buffer);
}

/** Symbol n as often as the n-th Fibonacci number: the counts that make the longest codes. */
export function fibonacciBytes(symbolCount: number): Uint8Array {
  const bytes: number[] = [];
  let [count, next] = [1, 1];
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    for (let repeat = 0; repeat < count; repeat++) bytes.push(symbol);
    [count, next] = [next, count + next];
  }
  return Uint8Array.from(bytes);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
