/** Whose fault an error is. `corrupt` and `truncated` blame the input's bytes, `unsupported` an input that is
 * well formed but beyond this version, `invalid-argument` the caller, `io` the file system or the machine. */
export type ZnnErrorCode = 'corrupt' | 'truncated' | 'unsupported' | 'invalid-argument' | 'io';

/** Where an error was found. Each layer adds what it knows, once, with {@link ZnnError.at}. */
export interface ErrorPlace {
  readonly file?: string;
  readonly tensor?: string;
  /** Index of the frame within its file, from 0. */
  readonly frame?: number;
  /** Byte offset within the file. */
  readonly offset?: number;
}

/** The one error type that leaves this library.
 * `message` names the format, the field, the value found and the value allowed, without the place. */
export class ZnnError extends Error {
  override readonly name = 'ZnnError';
  readonly code: ZnnErrorCode;
  readonly where: ErrorPlace;

  constructor(code: ZnnErrorCode, message: string, where: ErrorPlace = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.where = where;
  }

  /** The same error with `place` added; what an inner layer already said stands. */
  at(place: ErrorPlace): ZnnError {
    return new ZnnError(this.code, this.message, { ...place, ...this.where }, this.cause);
  }
}

/** Whether the error is about what a file holds, as against the system that reads it. */
export function isAboutContent(error: unknown): boolean {
  return error instanceof ZnnError && error.code !== 'io';
}

const IO_EXPLANATIONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'in use',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'already exists',
  EFBIG: 'file too large for this file system',
  EILSEQ: 'this file system cannot hold such a name',
  EIO: 'input/output error',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long for this file system',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  ENOTSUP: 'not supported by this file system',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  ESTALE: 'the network share no longer knows this file',
  EXDEV: 'crosses file systems',
};

/** What Node adds to the errors of the system. */
type SystemError = Error & { readonly code?: string; readonly syscall?: string };

/** Any thrown value as a {@link ZnnError} at `place`: a ZnnError keeps its code, a system error becomes `io`. */
export function toZnnError(thrown: unknown, place: ErrorPlace = {}): ZnnError {
  if (thrown instanceof ZnnError) return thrown.at(place);
  if (thrown instanceof Error) {
    const { code, syscall } = thrown as SystemError;
    // A ZnnError that came from another thread as a clone has a code too, but none of the system's.
    if (code === undefined || !code.startsWith('E'))
      return new ZnnError('io', thrown.message || thrown.name, place, thrown);
    const explanation = IO_EXPLANATIONS[code] ?? thrown.message;
    return new ZnnError('io', `${syscall ? `${syscall}: ` : ''}${explanation} (${code})`, place, thrown);
  }
  return new ZnnError('io', `a worker threw ${String(thrown)}, which is not an error`, place, thrown);
}
