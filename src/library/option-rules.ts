// What the value of an option must be.

import { HIGHEST_LIMITS, type Limits } from '../format/limits.js';
import { nearestOf } from './nearest-name.js';

/** What is wrong with a value; `undefined` where nothing is. */
export type Rule = (value: unknown) => string | undefined;

export const isBoolean: Rule = (value) =>
  typeof value === 'boolean' ? undefined : 'is neither true nor false';
export const isPath: Rule = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'is not a path';
export const isPatterns: Rule = (value) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
    ? undefined
    : 'is not an array of patterns';
export const isThreads: Rule = (value) =>
  Number.isInteger(value) && (value as number) >= 1 ? undefined : 'is not a whole number from 1';
/** @param choices the values there are */
export const isOneOf =
  (...choices: readonly string[]): Rule =>
  (value) =>
    choices.some((choice) => choice === value) ? undefined : `is not one of ${choices.join(', ')}`;
// Not by its class: those of other realms and of packages do as well.
export const isSignal: Rule = (value) =>
  isObject(value) && typeof value.aborted === 'boolean' && typeof value.addEventListener === 'function'
    ? undefined
    : 'is not an AbortSignal';

const OBSERVER_METHODS = ['onNote', 'onFileStart', 'onProgress', 'onFileEnd'] as const;
export const isObserver: Rule = (value) => {
  if (!isObject(value)) return 'is not an object of functions';
  const wrong = OBSERVER_METHODS.find((name) => !['undefined', 'function'].includes(typeof value[name]));
  return wrong === undefined ? undefined : `has a member ${wrong} that is no function`;
};

export const isLimits: Rule = (value) => {
  if (!isObject(value)) return 'is not an object of numbers';
  for (const [name, limit] of Object.entries(value)) {
    if (!Object.hasOwn(HIGHEST_LIMITS, name)) return unknownName(name, Object.keys(HIGHEST_LIMITS));
    const highest = HIGHEST_LIMITS[name as keyof Limits];
    const isWithin = Number.isInteger(limit) && (limit as number) >= 0 && (limit as number) <= highest;
    if (limit !== undefined && !isWithin)
      return `has ${name} ${shown(limit)}, which is not a whole number up to ${highest}`;
  }
  return undefined;
};

/** What is said of a name that is none of the candidates.
 * @param meant candidates that stand for another one */
export function unknownName(
  name: string,
  candidates: readonly string[],
  meant: Readonly<Record<string, string>> = {},
): string {
  const near = nearestOf(name, candidates);
  const known = candidates.filter((each) => !Object.hasOwn(meant, each));
  return near === undefined
    ? `'${name}' is unknown; known are ${known.join(', ')}`
    : `'${name}' is unknown: did you mean '${meant[near] ?? near}'?`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a program's text would have it, short. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
