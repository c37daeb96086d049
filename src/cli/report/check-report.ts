import type { CheckedGroup, CheckResult } from '../../check/check.js';
import type { FileCheck, Finding, FolderKind } from '../../check/findings.js';
import type { ZnnError } from '../../errors.js';
import type { CliOptions } from '../arguments/options.js';
import { errorFields } from './error-lines.js';
import { jsonLine, printable } from './printable.js';
import { formatCount } from './units.js';

/** What became of a file's repair. */
export interface Repair {
  readonly targetPath?: string;
  readonly error?: ZnnError;
}

const FOLDER_KINDS: Readonly<Record<FolderKind, string>> = {
  plain: 'not compressed',
  znn: 'compressed by znn',
  zipnn: 'compressed by ZipNN',
  mixed: 'mixed',
  empty: 'no weights',
};

/** A line for each file with its findings below it, one for each folder, and a summary. */
export function checkText(
  groups: readonly CheckedGroup[],
  repairs: ReadonlyMap<CheckResult, Repair>,
  { verbosity }: Pick<CliOptions, 'verbosity'>,
): string[] {
  const files = groups.flatMap((group) => group.files);
  const shown = verbosity === 'verbose' ? files : files.filter(({ findings }) => findings.length > 0);
  return [
    ...groups.filter(({ isFolder }) => isFolder).map(folderLine),
    ...(groups.some(({ isFolder }) => isFolder) ? shown : files).flatMap((file) =>
      file.error === undefined ? fileLines(file, repairs.get(file)) : [],
    ),
    summaryLine(files, repairs),
  ];
}

function folderLine({ rootPath, kind, files }: CheckedGroup): string {
  const count = (wanted: FileCheck['kind'][], noun: string) => {
    const found = files.filter((file) => wanted.includes(file.kind)).length;
    return found === 0 ? [] : [`${found} ${noun}`];
  };
  const counts = [
    ...count(['znn'], 'by znn'),
    ...count(['zipnn'], 'by ZipNN'),
    ...count(['safetensors', 'other'], 'not compressed'),
    ...count(['damaged'], 'damaged'),
    ...count(['pointer'], 'as a pointer only'),
    ...count(['index'], 'index'),
  ];
  return printable(`${rootPath}: ${FOLDER_KINDS[kind]}${counts.length > 0 ? ` (${counts.join(', ')})` : ''}`);
}

function fileLines(file: CheckResult, repaired: Repair | undefined): string[] {
  const lines = [`${file.path}: ${whatItIs(file)}`];
  for (const { severity, message, advice } of file.findings)
    lines.push(`  ${severity}: ${message}`, `    ${advice}`);
  if (repaired?.targetPath !== undefined) lines.push(`  repaired: ${repaired.targetPath}`);
  return lines.map(printable);
}

function whatItIs({ kind, format, tensorCount }: FileCheck): string {
  const tensors = tensorCount > 0 ? `, ${formatCount(tensorCount, 'tensor')}` : '';
  if (kind === 'index') return `index${tensors}`;
  if (kind === 'safetensors') return `safetensors, not compressed${tensors}`;
  if (kind === 'other') return 'not compressed';
  if (kind === 'damaged') return 'damaged';
  if (kind === 'pointer') return 'a pointer to a file that is elsewhere';
  const by = kind === 'znn' ? 'znn' : 'ZipNN';
  return format === 'safetensors'
    ? `safetensors, tensors compressed by ${by}${tensors}`
    : `compressed by ${by}${tensors}`;
}

function summaryLine(files: readonly CheckResult[], repairs: ReadonlyMap<CheckResult, Repair>): string {
  const { defect, suspicion, remark } = countsOf(files);
  const repairedCount = [...repairs.values()].filter(({ targetPath }) => targetPath !== undefined).length;
  const failedCount = filesOf(files, repairs).failed;
  return [
    `checked ${formatCount(files.length, 'file')}: ${formatCount(defect, 'defect')}`,
    ...(suspicion > 0 ? [formatCount(suspicion, 'suspicion')] : []),
    ...(remark > 0 ? [formatCount(remark, 'remark')] : []),
    ...(repairedCount > 0 ? [`${formatCount(repairedCount, 'file')} repaired`] : []),
    ...(failedCount > 0 ? [`${failedCount} FAILED`] : []),
  ].join(', ');
}

/** JSON lines: an object for each file, one for each folder, then a summary. */
export function checkJson(
  groups: readonly CheckedGroup[],
  repairs: ReadonlyMap<CheckResult, Repair>,
  notes: readonly string[],
  exitCode: number,
): string[] {
  const files = groups.flatMap((group) => group.files);
  const objects = [
    ...files.map((file) => fileObject(file, repairs.get(file))),
    ...groups
      .filter(({ isFolder }) => isFolder)
      .map(({ rootPath, kind }) => ({ type: 'folder', source: rootPath, kind })),
    {
      type: 'summary',
      verb: 'check',
      exitCode,
      notes,
      findings: countsOf(files),
      files: filesOf(files, repairs),
    },
  ];
  return objects.map((object) => jsonLine(object));
}

function fileObject(file: CheckResult, repaired: Repair | undefined): object {
  const { path, kind, format, tensorCount, findings } = file;
  const error = file.error ?? repaired?.error;
  return {
    ...{ type: 'check', source: path, kind, format, tensorCount, findings, repaired: repaired?.targetPath },
    error: error && errorFields(error),
  };
}

/** Failed is what could not be read, or not be repaired. */
function filesOf(
  files: readonly CheckResult[],
  repairs: ReadonlyMap<CheckResult, Repair>,
): { done: number; failed: number } {
  const failed = files.filter((file) => (file.error ?? repairs.get(file)?.error) !== undefined).length;
  return { done: files.length - failed, failed };
}

function countsOf(files: readonly FileCheck[]): Record<Finding['severity'], number> {
  const counts = { defect: 0, suspicion: 0, remark: 0 };
  for (const { severity } of files.flatMap(({ findings }) => findings)) counts[severity]++;
  return counts;
}
