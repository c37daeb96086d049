/** What a file system may refuse while it keeps every byte: it is said, and no reason to fail. */
export interface Refusal {
  readonly kind: 'mode' | 'owner' | 'times' | 'durability';
  /** The file or folder. */
  readonly path: string;
  /** The system's answer: `EPERM`; or what it did instead. */
  readonly answer: string;
}

/** What systems answer that do not have a call at all, as against one that failed. */
const UNSUPPORTED = new Set(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL']);

export function isUnsupported(error: unknown): boolean {
  return UNSUPPORTED.has(codeOf(error));
}

/** What the system answered; empty for what no system threw. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

/** Does what a file system may refuse.
 * @returns nothing, or the refusal */
export function tried(kind: Refusal['kind'], path: string, action: () => void): readonly Refusal[] {
  try {
    action();
    return [];
  } catch (error) {
    const answer = codeOf(error) || (error instanceof Error ? error.message : String(error));
    return [{ kind, path, answer }];
  }
}
