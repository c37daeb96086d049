// Comes before all others in the library, so that an old Node is told about before it meets something that it has not.

import { versions } from 'node:process';
import { ZnnError } from './errors.js';

/** As in package.json, "engines". */
const OLDEST_NODE = 20;

if (Number.parseInt(versions.node, 10) < OLDEST_NODE) {
  throw new ZnnError('io', `Node ${versions.node} is too old: znn needs Node ${OLDEST_NODE} or newer`);
}
