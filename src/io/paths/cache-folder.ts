import { env } from 'node:process';

/** Names another folder; empty, it has nothing kept. */
export const CACHE_FOLDER_VARIABLE = 'ZNN_CACHE_DIR';

/** The folder for what znn keeps between runs and can do without, each system's usual place; `undefined` where there is none. */
export async function cacheFolder(): Promise<string | undefined> {
  const named = env[CACHE_FOLDER_VARIABLE];
  if (named !== undefined) return named === '' ? undefined : named;
  try {
    // It asks for the home of the user as it loads, and in a container the user may have none.
    const { default: envPaths } = await import('env-paths');
    return envPaths('znn', { suffix: '' }).cache;
  } catch {
    return undefined;
  }
}
