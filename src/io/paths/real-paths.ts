import path from 'node:path';
import { system } from '../system.js';
import { absolutePathOf } from './absolute-path.js';

/** Where a path really is, links resolved, whether or not it exists yet. */
export function realPathOf(anyPath: string): string {
  const absolute = absolutePathOf(anyPath);
  try {
    return system.realpathSync(absolute);
  } catch {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(realPathOf(parent), path.basename(absolute));
  }
}

/** Whether `innerPath` is `outerPath` or lies below it. Both real, or at least absolute. */
export function isWithin(innerPath: string, outerPath: string): boolean {
  const relative = path.relative(outerPath, innerPath);
  return (
    relative === '' ||
    (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}
