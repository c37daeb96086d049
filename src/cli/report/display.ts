// What a terminal can show and its user wants to see, as the environment says.

export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether lines may be drawn over. A dumb terminal cannot, and the log of a build would keep every drawing. */
export function canRedraw({ TERM, CI }: Environment): boolean {
  return TERM !== 'dumb' && !isSet(CI);
}

/** Whether colours are wanted: https://no-color.org, and what Node and its packages make of FORCE_COLOR. */
export function wantsColors({ NO_COLOR, FORCE_COLOR }: Environment): boolean {
  return (NO_COLOR ?? '') === '' && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
}

/** Leaves in the environment what {@link wantsColors} went by: Node warns on stderr where both of two contradicting wishes are there,
 * as soon as a package asks it for colours. */
export function settleColors(environment: Record<string, string | undefined>): void {
  delete environment[wantsColors(environment) ? 'NO_COLOR' : 'FORCE_COLOR'];
}

/** Whether the locale's characters are those of Unicode. Without a locale they are those of ASCII, as in C. Windows has none. */
export function hasUnicode({ LC_ALL, LC_CTYPE, LANG }: Environment, platform: string): boolean {
  if (platform === 'win32') return true;
  const locale = LC_ALL || LC_CTYPE || LANG || 'C';
  return /\.utf-?8(@|$)/i.test(locale);
}

function isSet(value = ''): boolean {
  return value !== '' && value !== '0' && value.toLowerCase() !== 'false';
}
