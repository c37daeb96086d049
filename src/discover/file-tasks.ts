import path from 'node:path';
import {
  compressedPathOf,
  isCompressedName,
  isIndexName,
  isSafetensorsName,
  restoredPathOf,
} from '../format/model/file-names.js';
import { system } from '../io/system.js';
import type { Discovery } from './discovery.js';
import { isCompressedFile } from './folder/sidecars.js';
import { baseOfFile } from './paths/base-paths.js';
import { compressedTask } from './pointer-files.js';
import type { FileTask } from './tasks.js';

/** What becomes of a file that was named on the command line: its name does not matter. */
export function planFile(sourcePath: string, sourceBytes: number, discovery: Discovery): FileTask {
  const { verb } = discovery.request;
  if (verb === 'verify') {
    const base = baseOfFile(restoredPathOf(sourcePath) ?? sourcePath, discovery);
    return { action: 'verify', sourcePath, sourceBytes, ...base };
  }
  if (verb === 'info') return { action: 'describe', sourcePath, sourceBytes };
  if (verb === 'compress') return planCompressed(sourcePath, sourceBytes, discovery);
  return planRestored(sourcePath, sourceBytes, discovery);
}

function planCompressed(sourcePath: string, sourceBytes: number, discovery: Discovery): FileTask {
  if (isCompressedName(sourcePath) || isCompressedFile(sourcePath))
    return compressedTask({ sourcePath, sourceBytes });
  const { format = 'znn' } = discovery.request;
  if (format === 'safetensors' && !isSafetensorsName(sourcePath) && discovery.place.kind !== 'file') {
    const reason = 'is not named .safetensors: only such files can become .znn.safetensors';
    return { action: 'refuse', sourcePath, sourceBytes, reason };
  }
  noteIndexesBeside(sourcePath, discovery);
  const targetPath = targetOf(compressedPathOf(sourcePath, format), discovery);
  return { action: 'compress', sourcePath, targetPath, sourceBytes, ...baseOfFile(sourcePath, discovery) };
}

function planRestored(sourcePath: string, sourceBytes: number, discovery: Discovery): FileTask {
  const restoredPath = restoredPathOf(sourcePath);
  if (restoredPath === undefined && discovery.place.kind !== 'file') {
    const reason =
      'unknown suffix: .znn expected; name the output file with -o to decompress it all the same';
    return { action: 'refuse', sourcePath, sourceBytes, reason };
  }
  noteIndexesBeside(sourcePath, discovery);
  const targetPath = targetOf(restoredPath ?? sourcePath, discovery);
  const base = baseOfFile(restoredPath ?? sourcePath, discovery);
  return { action: 'decompress', sourcePath, targetPath, sourceBytes, ...base };
}

function targetOf(besidePath: string, { place }: Discovery): string {
  if (place.kind === 'beside') return besidePath;
  if (place.kind === 'file') return place.path;
  return path.join(place.path, path.basename(besidePath));
}

// With --rm the file's name changes, and an index that nobody asked znn to touch goes on naming the old one.
function noteIndexesBeside(sourcePath: string, { request, place, notes }: Discovery): void {
  if (!request.removeSources || place.kind !== 'beside') return;
  const folderPath = path.dirname(sourcePath);
  for (const name of system.readdirSync(folderPath).filter(isIndexName)) {
    const note = `${path.join(folderPath, name)} stays as it is; name the folder instead of files to have it follow`;
    if (!notes.includes(note)) notes.push(note);
  }
}
