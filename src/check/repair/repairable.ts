import type { FileCheck } from '../findings.js';

/** Whether `--repair` makes a new file of this one. */
export function isRepairable({ findings }: Pick<FileCheck, 'findings'>): boolean {
  const defects = findings.filter(({ severity }) => severity === 'defect');
  return defects.length > 0 && defects.every((finding) => finding.isRepairable);
}

/** The name of the new file: that of the old one, except where the name itself is the defect. */
export function repairedNameOf(fileName: string): string {
  return fileName.replace(/(\.znn)+\.safetensors$/, '.znn.safetensors');
}
