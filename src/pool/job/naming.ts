import { toZnnError } from '../../errors.js';

/** Does `action`; what it throws names `filePath`: a full disk is the output's fault, though the job is about its source. */
export function naming(filePath: string | undefined, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw toZnnError(error, filePath === undefined ? {} : { file: filePath });
  }
}
