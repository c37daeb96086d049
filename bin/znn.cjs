#!/usr/bin/env node
// Read by whatever Node is there: no syntax, and no function, that Node 4 has not.
'use strict';

/** As in package.json, "engines". */
const OLDEST_NODE = 20;
const version = process.versions.node;

if (parseInt(version, 10) >= OLDEST_NODE) {
  require('../dist/cli/main.cjs');
} else {
  const needed = `znn needs Node ${OLDEST_NODE} or newer`;
  process.stderr.write(`znn: Node ${version} is too old: ${needed}; this one is ${process.execPath}\n`);
  process.exitCode = 1;
}
