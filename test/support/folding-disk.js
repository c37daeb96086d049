// A file system that does not tell case and Unicode forms apart, as exFAT, NTFS and APFS: below the folder in the environment
// variable ZNN_FOLDING_DISK every name is looked up and kept as one in lower case and composed form. Names of bytes that are no UTF-8
// it refuses. Loaded with `--import`.
import { system } from '../../dist/io/system.js';

const root = `${process.env.ZNN_FOLDING_DISK}/`;
/** Members, and which of their arguments are paths. @type {Record<string, number>} */
const MEMBERS = {
  ...{
    openSync: 1,
    statSync: 1,
    statfsSync: 1,
    lstatSync: 1,
    readdirSync: 1,
    readlinkSync: 1,
    accessSync: 1,
  },
  ...{
    mkdirSync: 1,
    rmdirSync: 1,
    unlinkSync: 1,
    lutimesSync: 1,
    linkSync: 2,
    renameSync: 2,
    realpathSync: 1,
  },
};

/** @param {string} name */
function folded(name) {
  const absolute = name.startsWith('/') ? name : `${process.cwd()}/${name}`;
  if (!absolute.startsWith(root)) return name;
  if (!name.isWellFormed())
    throw Object.assign(new Error('EILSEQ: illegal byte sequence'), { code: 'EILSEQ', syscall: 'open' });
  return root + absolute.slice(root.length).normalize('NFC').toLowerCase();
}

for (const [name, pathCount] of Object.entries(MEMBERS)) {
  const real = /** @type {any} */ (system)[name];
  /** @type {any} */ (system)[name] = (/** @type {any[]} */ ...args) =>
    real(...args.map((arg, i) => (i < pathCount ? folded(arg) : arg)));
}
