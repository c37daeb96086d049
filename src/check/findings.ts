// What `check` finds: plain data.

import type { ZnnErrorCode } from '../errors.js';

/** `defect` is wrong for certain; `suspicion` as far as statistics tell; `remark` is good to know. */
export type Severity = 'defect' | 'suspicion' | 'remark';

export type FindingCode =
  | 'damaged'
  | 'pointer'
  | 'not-weights'
  | 'not-safetensors'
  | 'long-header'
  | 'no-format'
  | 'no-compressed-vectors'
  | 'wrong-compressed-vectors'
  | 'compressed-twice'
  | 'rotated-tensor'
  | 'index-broken'
  | 'index-names-missing'
  | 'index-wrong-shard'
  | 'index-misses-tensor'
  | 'shard-not-indexed'
  | 'both-kinds';

export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode;
  readonly message: string;
  /** What can be done. */
  readonly advice: string;
  /** `--repair` makes a new file without it. */
  readonly isRepairable: boolean;
  /** Of a damaged file: how it is damaged. */
  readonly errorCode?: ZnnErrorCode;
}

/** What one file is. A damaged one may have been any, and a pointer stands for any. */
export type CheckedKind = 'safetensors' | 'znn' | 'zipnn' | 'other' | 'index' | 'pointer' | 'damaged';

export interface FileCheck {
  readonly path: string;
  readonly kind: CheckedKind;
  readonly format?: 'znn' | 'safetensors';
  readonly tensorCount: number;
  readonly findings: readonly Finding[];
}

/** What the weights of a folder are, the damaged ones and pointers aside: `plain`, compressed by `znn` or stock `zipnn`, `mixed`, or
 * `empty` where there are none. */
export type FolderKind = 'plain' | 'znn' | 'zipnn' | 'mixed' | 'empty';

export const REPAIR_ADVICE = '--repair -o NEW rebuilds it there';
