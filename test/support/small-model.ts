import path from 'node:path';
import { writeModelFolder } from '../../scripts/fixtures.js';
import { temporaryFolder } from './temporary-folder.js';

/** A new folder that holds `model/`: three shards of mixed dtypes, an index, small files, a sub-folder; 2 MB. */
export function folderWithModel(): string {
  const folder = temporaryFolder();
  writeModelFolder(path.join(folder, 'model'), { scale: 0.01 });
  return folder;
}

/** Its weight files, below `model/`. */
export const SHARDS = [
  'model-00001-of-00003.safetensors',
  'model-00002-of-00003.safetensors',
  'model-00003-of-00003.safetensors',
  'text_encoder/model.safetensors',
] as const;
