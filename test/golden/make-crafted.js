// Writes crafted/ and broken/ with their manifests: `node test/golden/make-crafted.js`. The files are frozen: one that is
// already there is left as it is.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createViteServer } from 'vitest/node';

const here = new URL('.', import.meta.url);
const server = await createViteServer({
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true },
});
const load = (name) => server.ssrLoadModule(new URL(name, here).pathname);

try {
  const { CRAFTED } = await load('crafted-cases.ts');
  const { BROKEN } = await load('broken-cases/index.ts');
  freeze('crafted/', CRAFTED, ({ name, how, raw, file }) => ({
    file: `${name}.znn`,
    how,
    bytes: file.length,
    originalBytes: raw.length,
    originalSha256: createHash('sha256').update(raw).digest('hex'),
  }));
  freeze('broken/', BROKEN, ({ name, how, code, file }) => ({
    file: `${name}.znn`,
    how,
    refused: code,
    bytes: file.length,
  }));
} finally {
  await server.close();
}

function freeze(folderName, cases, entryOf) {
  const folder = new URL(folderName, here);
  const manifest = new URL('manifest.json', folder);
  mkdirSync(folder, { recursive: true });
  const known = new Map();
  if (existsSync(manifest))
    for (const entry of JSON.parse(readFileSync(manifest))) known.set(entry.file, entry);
  for (const made of cases) {
    const entry = entryOf(made);
    if (known.has(entry.file)) continue;
    known.set(entry.file, entry);
    writeFileSync(new URL(entry.file, folder), made.file);
    console.log(`${folderName}${entry.file}: ${entry.bytes} bytes`);
  }
  writeFileSync(manifest, `${JSON.stringify([...known.values()], null, 2)}\n`);
}
