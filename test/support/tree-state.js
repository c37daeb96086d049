// What a folder holds, twice: `tree`, relative path → hash of the content, and `key`, everything that a command may look
// at: names, contents, links, modes, times. A command makes the same of two folders of one key.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';

/** What `tree` has in place of a hash. */
const LINK_TO_NOTHING = 'a link to nothing';
/** Of a name of an unfinished output, what is random. */
const RANDOM_PART = /-[0-9a-f]{8}(?=\.znn-tmp$)/;

/** The content that was hashed last under each name: comparing takes a tenth of hashing.
 * @type {Map<string, { content: Buffer, hash: string }>} */
const hashed = new Map();

/** How far a copied time may be from its original; that of src/io/outputs/file-times.ts. */
const TIME_TOLERANCE_NANOSECONDS = 1000n;

/**
 * The state of the folder `root`. Times count by being equal or not, as they do for the program: those of `origins`, the
 * template's, and copies of them by how far they are from these, and all others by their order.
 *
 * @param {string} root
 * @param {ReadonlySet<bigint>} origins
 */
export function stateOf(root, origins) {
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => entryAt(root, name));
  const times = new Set(entries.map(({ stats }) => stats.mtimeNs));
  const timeNames = namesOf(times, origins);
  const hashes = entries.flatMap(({ name, hash }) => (hash === undefined ? [] : [[name, hash]]));
  const key = entries
    .map((entry) => keyOf(entry, timeNames))
    .sort()
    .join('\n');
  return { tree: /** @type {Record<string, string>} */ (Object.fromEntries(hashes)), key, times };
}

/** @param {string} root @param {string} name */
function entryAt(root, name) {
  const entryPath = path.join(root, name);
  const stats = lstatSync(entryPath, { bigint: true });
  const link = stats.isSymbolicLink() ? readlinkSync(entryPath) : '';
  const lastingName = name.replace(RANDOM_PART, '');
  return { name, lastingName, link, stats, hash: contentOf(lastingName, entryPath) };
}

/** @param {ReturnType<typeof entryAt>} entry @param {ReadonlyMap<bigint, string>} timeNames */
function keyOf({ lastingName, link, stats, hash }, timeNames) {
  const { mode, nlink, mtimeNs } = stats;
  const own = [lastingName, `${mode}`];
  // The program asks for no times of folders and links, and how many names a folder has follows from the other lines.
  if (stats.isDirectory()) return JSON.stringify(own);
  if (stats.isSymbolicLink()) return JSON.stringify([...own, link, hash]);
  return JSON.stringify([...own, hash, timeNames.get(mtimeNs), `${nlink}`]);
}

/** @param {ReadonlySet<bigint>} times @param {ReadonlySet<bigint>} origins @returns {Map<bigint, string>} */
function namesOf(times, origins) {
  /** @type {Map<bigint, string>} */
  const names = new Map();
  let newCount = 0;
  for (const time of [...times].sort((one, other) => Number(one - other))) {
    const origin = [...origins].find((each) => isCopy(time - each));
    names.set(time, origin === undefined ? `new ${newCount++}` : `${origin}, ${time - origin} ns later`);
  }
  return names;
}

/** @param {bigint} distance */
function isCopy(distance) {
  return -TIME_TOLERANCE_NANOSECONDS <= distance && distance <= TIME_TOLERANCE_NANOSECONDS;
}

/** The hash of a file or of what a link leads to; `undefined` of a folder. `name` is the same from step to step.
 * @param {string} name @param {string} entryPath */
function contentOf(name, entryPath) {
  const stats = statSync(entryPath, { throwIfNoEntry: false });
  if (stats === undefined) return LINK_TO_NOTHING;
  if (!stats.isFile()) return undefined;
  const content = readFileSync(entryPath);
  const last = hashed.get(name);
  if (last?.content.equals(content)) return last.hash;
  const hash = createHash('md5').update(content).digest('hex');
  hashed.set(name, { content, hash });
  return hash;
}
