/** Names that some file system takes for one, or refuses. Two that differ in their letters and digits of ASCII stay two, whatever
 * the rule for case, Unicode forms, dots and spaces.
 * @param isNew whether the folder has no such name yet: what it has it can hold */
export function doubtfulNames(names: readonly string[], isNew: (name: string) => boolean): string[] {
  const counts = new Map<string, number>();
  for (const key of names.map(coarseKeyOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return names.filter((name) => (counts.get(coarseKeyOf(name)) ?? 0) > 1 || (isNew(name) && isUnusual(name)));
}

/** Most names: there is one form of each of their characters. */
const PLAIN = /^[\w.-]*$/;

/** What is left of a name when all is gone that a file system may not see. */
function coarseKeyOf(name: string): string {
  if (PLAIN.test(name)) return name.toUpperCase().replace(/[^A-Z0-9]+/g, '');
  return name
    .normalize('NFKD')
    .toUpperCase()
    .normalize('NFKD')
    .replace(/[^A-Z0-9]/g, '');
}

function isUnusual(name: string): boolean {
  return UNUSUAL.test(name) || !name.isWellFormed();
}

/** A short name of FAT's, and what Windows and its file systems refuse or drop. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNUSUAL = /~|[\u0000-\u001f<>:"|?*\\]|[. ]$/;
