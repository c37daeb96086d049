import { system } from '../system.js';
import { codeOf } from './refusals.js';

/** Removes a file or a link that another run may have removed by now.
 * @throws what the system throws */
export function removeIfThere(filePath: string): void {
  try {
    system.unlinkSync(filePath);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
