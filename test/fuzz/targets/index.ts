import type { FuzzTarget } from '../target.js';
import { commandLine } from './command-line.js';
import { container } from './container.js';
import { containerIndex } from './container-index.js';
import { frameIndex } from './frame-index.js';
import { frames } from './frames.js';
import { huffmanBlock } from './huffman-block.js';
import { modelIndex } from './model-index.js';
import { otherFiles } from './other-files.js';
import { safetensors } from './safetensors.js';
import { safetensorsContainer } from './safetensors-container.js';
import { sealedContainer } from './sealed-container.js';

export const TARGETS: readonly FuzzTarget[] = [
  ...[huffmanBlock, frames, container, sealedContainer, frameIndex, containerIndex],
  ...[safetensors, safetensorsContainer, modelIndex, otherFiles, commandLine],
];
