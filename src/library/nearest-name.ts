/** The candidate that `name` was most likely meant to be: one that begins with it or that it begins with, or from which it differs
 * in few letters; `undefined` where none is near. Case does not matter. */
export function nearestOf(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const distanceTo = (candidate: string): number => {
    const known = candidate.toLowerCase();
    const isPart = wanted !== '' && (known.startsWith(wanted) || wanted.startsWith(known));
    return isPart ? Math.abs(known.length - wanted.length) / 100 : editDistance(wanted, known);
  };
  const [nearest] = candidates
    .map((candidate) => ({ candidate, distance: distanceTo(candidate) }))
    .filter(({ candidate, distance }) => distance <= 0.4 * Math.max(candidate.length, name.length))
    .sort((one, other) => one.distance - other.distance);
  return nearest?.candidate;
}

/** Letters to insert, remove or replace. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const replaced = (row[j] ?? 0) + (letter === other[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
