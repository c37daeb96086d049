/** Files that import each other in a circle, those included that import types only: one cycle of each knot, from the file
 * that sorts first.
 * @param {ReadonlyMap<string, readonly string[]>} importsOf file → files
 * @returns {string[][]} */
export function findImportCycles(importsOf) {
  /** @type {string[][]} */
  const cycles = [];
  const left = new Set();
  /** @param {string} file @param {readonly string[]} above the files from which one import after the other leads here */
  const visit = (file, above) => {
    const at = above.indexOf(file);
    if (at >= 0) cycles.push(above.slice(at));
    if (at >= 0 || left.has(file)) return;
    for (const imported of importsOf.get(file) ?? []) visit(imported, [...above, file]);
    left.add(file);
  };
  for (const file of [...importsOf.keys()].sort()) visit(file, []);
  return cycles;
}
