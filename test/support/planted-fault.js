// A fault of the product that only a second run shows, loaded with `--import` before anything else: a folder in which an
// output stands beside its source looks empty.
import { system } from '../../dist/io/system.js';

const real = system.readdirSync;
/** @type {any} */ (system).readdirSync = (/** @type {any[]} */ ...args) => {
  const entries = /** @type {any[]} */ (/** @type {any} */ (real)(...args));
  const names = new Set(entries.map((entry) => (typeof entry === 'string' ? entry : entry.name)));
  return [...names].some((name) => names.has(`${name}.znn`)) ? [] : entries;
};
