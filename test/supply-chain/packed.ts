import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { npm, root } from './npm.js';

export interface PackedPackage {
  readonly tarballPath: string;
  /** Paths within it, sorted. */
  readonly files: readonly string[];
  readonly version: string;
}

/** The package as it would be published, packed into `folder`. dist/ is what the tests run, so it is not built again. */
export async function packInto(folder: string): Promise<PackedPackage> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const answer = JSON.parse(await npm(args, { cwd: root }));
  // A list, or by name: npm 11 and 12 differ.
  const [packed] = Object.values(answer) as [
    { filename: string; version: string; files: { path: string }[] },
  ];
  const tarballPath = path.join(folder, path.basename(packed.filename));
  if (!existsSync(tarballPath)) throw new Error(`npm pack made no ${tarballPath}`);
  return { tarballPath, version: packed.version, files: packed.files.map((file) => file.path).toSorted() };
}

/** The manifests of all packages below `folder`, without its own. */
export function manifestsIn(folder: string): { name: string; scripts?: Record<string, string> }[] {
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names
    .filter((name) => /(^|node_modules\/)(@[^/]+\/)?[^/]+\/package\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
    .filter(({ name, version }) => name !== undefined && version !== undefined);
}
