// Files that end too early.

import { withBytes } from '../byte-edits.js';
import { BF16, CHUNKS, FIRST_FRAME_BYTES, HEADER_BYTES, TWO_FRAMES } from './sources.js';
import type { BrokenCase } from './types.js';

export function truncations(): BrokenCase[] {
  const cut = (name: string, how: string, file: Uint8Array, bytes: number): BrokenCase => ({
    name: `cut-${name}`,
    how,
    code: 'truncated',
    file: file.slice(0, bytes),
  });
  return [
    cut('to-0', 'an empty file', BF16, 0),
    cut('to-1', 'one byte', BF16, 1),
    cut('to-16', 'half a header', BF16, 16),
    cut('to-31', 'a header less one byte', BF16, 31),
    cut('to-32', 'a header alone', BF16, 32),
    cut('in-types', 'within the stream types', CHUNKS, HEADER_BYTES + 3),
    cut('in-sizes', 'within the cumulative sizes', CHUNKS, HEADER_BYTES + 6 + 20),
    cut('in-payload', 'within the first plane', BF16, HEADER_BYTES + 18 + 40),
    cut('last-byte', 'the last byte is missing', BF16, BF16.length - 1),
    cut('second-header', 'within the header of the second frame', TWO_FRAMES, FIRST_FRAME_BYTES + 5),
    cut('second-frame', 'within the second frame', TWO_FRAMES, TWO_FRAMES.length - 1),
    {
      name: 'cut-before-frame-index',
      how: 'the version says that a frame index must follow, and none does',
      code: 'truncated',
      file: withBytes(BF16, 4, [128 + 1]),
    },
  ];
}
