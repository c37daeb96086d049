import { homedir } from 'node:os';

/** The home of the user; empty where there is none, as for a user id that a container was given and nobody named. */
export function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}
