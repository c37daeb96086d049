/** Names that some file system takes for one, or refuses. Two that differ in their letters and digits of ASCII stay two, whatever
 * the rule for case, Unicode forms, dots and spaces. */
export function doubtfulNames(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const key of names.map(coarseKeyOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return names.filter(
    (name) => (counts.get(coarseKeyOf(name)) ?? 0) > 1 || UNUSUAL.test(name) || !name.isWellFormed(),
  );
}

/** What is left of a name when all is gone that a file system may not see. */
function coarseKeyOf(name: string): string {
  return name
    .normalize('NFKD')
    .toUpperCase()
    .normalize('NFKD')
    .replace(/[^A-Z0-9]/g, '');
}

/** A short name of FAT's, and what Windows and its file systems refuse or drop. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNUSUAL = /~|[\u0000-\u001f<>:"|?*\\]|[. ]$/;
