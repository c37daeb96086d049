import path from 'node:path';
import { toZnnError } from '../../errors.js';
import { syncFolder } from '../paths/folders.js';
import { type ExactFileStats, system } from '../system.js';
import { forgetTemporary, makeTemporary } from '../temporary/temporary-files.js';
import { copyTimes } from './copy-times.js';
import { assertThere, nameWithoutReplacing } from './file-names.js';
import { copyOwnerAndMode } from './owner-and-mode.js';
import { codeOf, isUnsupported, type Refusal } from './refusals.js';
import { syncFile } from './sync-file.js';

/** How a finished file gets its name. */
export interface CommitOptions {
  /** Sync the data before, and the folder after. */
  readonly isDurable: boolean;
  /** Take the place of a file that has the name already. */
  readonly replacesExisting: boolean;
  /** Whose owner, mode and times the file gets; otherwise it stays private to the user. */
  readonly like?: ExactFileStats;
  /** What of that mode, where it is not all rights: of a folder's, for a file that is like no other file. */
  readonly modeMask?: number;
  /** Give it the mode only, and the time of now: its content is new. */
  readonly keepsOwnTime?: boolean;
}

const ALL_RIGHTS = 0o777;
/** How a file system without a call to set a file's length may answer besides. */
const NO_LENGTH = new Set(['EPERM', 'EACCES']);

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
  readonly #refusals: Refusal[] = [];
  #isOpen = true;
  #isNamed = true;

  /** @throws ZnnError `io` when the temporary file cannot be created */
  constructor(targetPath: string) {
    this.#targetPath = targetPath;
    try {
      const [temporaryPath, fd] = makeTemporary(
        targetPath,
        (temporaryPath) => [temporaryPath, system.openSync(temporaryPath, 'wx+', 0o600)] as const,
      );
      this.#temporaryPath = temporaryPath;
      this.fd = fd;
    } catch (error) {
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

  /** Sets the file's length; bytes not written yet read as 0. Where the file system cannot, a file that is shorter stays so: what
   * is written to it makes it longer.
   * @throws ZnnError `io` */
  setLength(fileBytes: number): void {
    this.#guard(() => {
      try {
        system.ftruncateSync(this.fd, fileBytes);
      } catch (error) {
        const isRefused = isUnsupported(error) || NO_LENGTH.has(codeOf(error));
        if (!isRefused || system.fstatSync(this.fd).size > fileBytes) throw error;
      }
    });
  }

  /** Makes what was written so far durable, where the file system can do that.
   * @throws ZnnError `io` */
  async sync(): Promise<void> {
    try {
      this.#refusals.push(...(await syncFile(this.fd, this.targetPath)));
    } catch (error) {
      throw toZnnError(error, { file: this.targetPath });
    }
  }

  /** Owner, mode, sync, times, name. After this the target is complete, or an error was thrown and `discard` must be called.
   * @returns what the file system refused that is no reason to do without the file
   * @throws ZnnError `io`: the system failed, or the target exists and `replacesExisting` is off (`isNameTaken`) */
  async commit(options: CommitOptions): Promise<readonly Refusal[]> {
    this.#copyOwnerAndMode(options);
    if (options.isDurable) await this.sync();
    this.#guard(() => {
      // Network file systems and quotas report a failed write as late as here.
      this.#isOpen = false;
      system.closeSync(this.fd);
      assertThere(this.#temporaryPath);
      if (!options.keepsOwnTime) this.#copyTimes(options);
      if (options.replacesExisting) system.renameSync(this.#temporaryPath, this.targetPath);
      else nameWithoutReplacing(this.#temporaryPath, this.targetPath);
      this.#forget();
    });
    if (options.isDurable) this.#refusals.push(...(await syncFolder(path.dirname(this.targetPath))));
    return this.#refusals;
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

  #copyOwnerAndMode({ like, modeMask = ALL_RIGHTS }: CommitOptions): void {
    if (like === undefined) return;
    const entry = { path: this.targetPath, fd: this.fd };
    this.#refusals.push(...copyOwnerAndMode(entry, like, (likeMode) => likeMode & modeMask));
  }

  #copyTimes({ like }: CommitOptions): void {
    const refusals = like === undefined ? [] : copyTimes(this.#temporaryPath, like);
    this.#refusals.push(...refusals.map((refusal) => ({ ...refusal, path: this.targetPath })));
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
