import { ZnnError } from '../../errors.js';
import type { Machine } from '../../hub/cache-paths.js';

// A shell expands `~/x` where it is a word of its own without quotes, and `$HOME/x` unless it stands in single quotes. What comes
// here as it was typed would make a folder called "~", which nobody removes without danger.

/** The user's folder, or that of the user with the name. */
const HOME = /^~([A-Za-z_][\w.-]*)?(?=\/|$)/;
const VARIABLE = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/;
/** What stands behind a folder `.` is meant as it stands: that is how such a name is said. */
const AS_IT_STANDS = /(^|\/)\.\/[^/]*$/;

/** @param what the path is, as an option is called
 * @throws ZnnError `invalid-argument` for a path that a shell should have expanded: by `~`, or by a variable that is set */
export function assertExpanded(what: string, anyPath: string, machine: Machine): void {
  const found = unexpandedIn(anyPath, machine);
  if (found === undefined) return;
  const { part, start, expanded } = found;
  const literal = `${anyPath.slice(0, start)}./${anyPath.slice(start)}`;
  const how = part.startsWith('~')
    ? `type ${anyPath} as a word of its own and without quotes`
    : `type "${anyPath}" in double quotes or without any`;
  const or = expanded === undefined ? '' : `, or ${expanded}`;
  throw new ZnnError(
    'invalid-argument',
    `${what}: the shell did not expand ${part}: ${how}${or}; if it is really called so, ${literal}`,
    { file: anyPath },
  );
}

/** Whether a shell would have made something else of the path. */
export function isUnexpanded(anyPath: string, machine: Machine): boolean {
  return unexpandedIn(anyPath, machine) !== undefined;
}

interface Unexpanded {
  readonly part: string;
  readonly start: number;
  /** The path as the shell would give it, where that is known here. */
  readonly expanded?: string;
}

function unexpandedIn(anyPath: string, { environment, homePath }: Machine): Unexpanded | undefined {
  const home = HOME.exec(anyPath);
  if (home !== null) {
    const [part, user] = home;
    const rest = anyPath.slice(part.length);
    return { part, start: 0, ...(user === undefined && homePath !== '' && { expanded: homePath + rest }) };
  }
  for (const match of anyPath.matchAll(new RegExp(VARIABLE, 'g'))) {
    const [part, plain = '', braced = plain] = match;
    const value = environment[braced];
    const before = anyPath.slice(0, match.index);
    if (value === undefined || AS_IT_STANDS.test(before)) continue;
    const start = before.lastIndexOf('/') + 1;
    return { part, start, expanded: before + value + anyPath.slice(match.index + part.length) };
  }
  return undefined;
}
