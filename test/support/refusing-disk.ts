import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** To be preloaded: calls of the file system fail as ZNN_TEST_REFUSED says. */
export const REFUSING_DISK_URL = pathToFileURL(path.join(import.meta.dirname, 'refusing-disk-shim.js')).href;
