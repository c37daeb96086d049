import path from 'node:path';
import { toZnnError, ZnnError } from '../errors.js';
import { secondsOf } from './file-times.js';
import { syncFolder } from './folders.js';
import { type ExactFileStats, system } from './system.js';
import { forgetTemporary, registerTemporary, temporaryPathFor } from './temporary-files.js';

/** How a finished file gets its name. */
export interface CommitOptions {
  /** Sync the data before, and the folder after. */
  readonly isDurable: boolean;
  /** Take the place of a file that has the name already. */
  readonly replacesExisting: boolean;
  /** Whose mode and times the file gets. */
  readonly like?: ExactFileStats;
  /** Its mode where it is like no other file; otherwise it stays private to the user. */
  readonly mode?: number;
  /** Give it the mode only, and the time of now: its content is new. */
  readonly keepsOwnTime?: boolean;
}

/** What hard links are refused with where a file system has none. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES', 'EINVAL']);

/**
 * A file that appears under its name complete or not at all.
 *
 * It is written under a temporary name beside the target, with mode 0600 until it is done. Every instance ends with
 * `commit` or `discard`; a signal handler may call `removeOpenTemporaries` at any time instead.
 */
export class AtomicFile {
  readonly fd: number;
  #targetPath: string;
  readonly #temporaryPath: string;
  #isOpen = true;
  #isNamed = true;

  /** @throws ZnnError `io` when the temporary file cannot be created */
  constructor(targetPath: string) {
    this.#targetPath = targetPath;
    this.#temporaryPath = temporaryPathFor(targetPath);
    registerTemporary(this.#temporaryPath);
    try {
      this.fd = system.openSync(this.#temporaryPath, 'wx+', 0o600);
    } catch (error) {
      forgetTemporary(this.#temporaryPath);
      throw toZnnError(error, { file: targetPath });
    }
  }

  get targetPath(): string {
    return this.#targetPath;
  }

  /** Gives the file another name in the same folder, before it has any: for one that is named after its content. */
  willBe(fileName: string): void {
    this.#targetPath = path.join(path.dirname(this.#targetPath), fileName);
  }

  /** Sets the file's length; bytes not written yet read as 0.
   * @throws ZnnError `io` */
  setLength(fileBytes: number): void {
    this.#guard(() => system.ftruncateSync(this.fd, fileBytes));
  }

  /** Makes what was written so far durable.
   * @throws ZnnError `io` */
  async sync(): Promise<void> {
    try {
      await system.fsync(this.fd);
    } catch (error) {
      throw toZnnError(error, { file: this.targetPath });
    }
  }

  /** Mode, times, sync, name. After this the target is complete, or an error was thrown and `discard` must be called.
   * @throws ZnnError `io`: the system failed, or the target exists and `replacesExisting` is off */
  async commit(options: CommitOptions): Promise<void> {
    this.#guard(() => this.#copyAttributes(options));
    if (options.isDurable) await this.sync();
    this.#guard(() => {
      // Network file systems and quotas report a failed write as late as here.
      this.#isOpen = false;
      system.closeSync(this.fd);
      if (options.replacesExisting) this.#rename();
      else this.#renameWithoutReplacing();
    });
    if (options.isDurable) await syncFolder(path.dirname(this.targetPath));
  }

  /** Removes the temporary file, if there still is one. Never throws: it is called when something has failed already. */
  discard(): void {
    try {
      if (this.#isOpen) system.closeSync(this.fd);
    } catch {
      // The descriptor is gone either way.
    }
    this.#isOpen = false;
    // Twice, since a virus scanner or an index service may hold a new file for a moment. What stays even so is removed
    // by the next run in that folder.
    if (this.#isNamed && !this.#unlinked()) this.#unlinked();
    this.#forget();
  }

  #unlinked(): boolean {
    try {
      system.unlinkSync(this.#temporaryPath);
      return true;
    } catch {
      return false;
    }
  }

  #copyAttributes({ like, keepsOwnTime, mode }: CommitOptions): void {
    if (mode !== undefined) system.fchmodSync(this.fd, mode);
    if (like === undefined) return;
    system.fchmodSync(this.fd, Number(like.mode) & 0o777);
    if (!keepsOwnTime) system.futimesSync(this.fd, secondsOf(like.atimeNs), secondsOf(like.mtimeNs));
  }

  #rename(): void {
    system.renameSync(this.#temporaryPath, this.targetPath);
    this.#forget();
  }

  // A hard link, unlike rename, fails when the name is taken, so a file that another process puts there in the meantime
  // is never replaced. Where the file system has no hard links a look before the rename must do, and a file that
  // appears between the two is lost: Node has no renameat2.
  #renameWithoutReplacing(): void {
    try {
      system.linkSync(this.#temporaryPath, this.targetPath);
    } catch (error) {
      if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      if (system.lstatSync(this.targetPath, { throwIfNoEntry: false }) !== undefined) {
        throw new ZnnError('io', 'rename: already exists (EEXIST)');
      }
      this.#rename();
      return;
    }
    system.unlinkSync(this.#temporaryPath);
    this.#forget();
  }

  #forget(): void {
    this.#isNamed = false;
    forgetTemporary(this.#temporaryPath);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw toZnnError(error, { file: this.targetPath });
    }
  }
}
