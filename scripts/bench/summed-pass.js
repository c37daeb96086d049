/** @typedef {{ seconds: number, rawBytes: number, encodedBytes: number }} Pass */

/** Threads that worked side by side, as one: the bytes of all, and the time in which they would take at the sum of their
 * speeds. @param {readonly Pass[]} passes @returns {Pass} */
export function summedPass(passes) {
  const sum = (/** @type {(pass: Pass) => number} */ of) =>
    passes.reduce((total, pass) => total + of(pass), 0);
  const rawBytes = sum((pass) => pass.rawBytes);
  const bytesPerSecond = sum((pass) => pass.rawBytes / pass.seconds);
  return { seconds: rawBytes / bytesPerSecond, rawBytes, encodedBytes: sum((pass) => pass.encodedBytes) };
}
