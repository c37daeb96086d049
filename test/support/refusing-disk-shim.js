// Preloaded into the command by a test: calls of the file system that fail from the start, as on a disk without them.
// ZNN_TEST_REFUSED: `call=ERRNO` of each, with spaces between.
import { system } from '../../dist/io/system.js';

for (const refusal of (process.env.ZNN_TEST_REFUSED ?? '').split(' ')) {
  const [name = '', code] = refusal.split('=');
  if (name === '') continue;
  if (!(name in system)) throw new Error(`no call ${name}`);
  /** @type {any} */ (system)[name] = () => {
    const error = Object.assign(new Error(`${code}: refused`), { code, syscall: name.replace('Sync', '') });
    if (name === 'fsync') return Promise.reject(error);
    throw error;
  };
}
