import { setFlagsFromString } from 'node:v8';
import { compileKernels } from '../../dist/io/kernels-file.js';

/** The kernels as workers get them: by V8's optimizing compiler from the start (src/pool/spare-workers.ts). */
export function compileWorkerKernels() {
  setFlagsFromString('--no-liftoff');
  return compileKernels();
}
