/** Eight hex digits. They have to differ, not to be secret: who makes a file by such a name makes sure that it is new. */
export function randomToken(): string {
  return eightHexDigits(Math.floor(Math.random() * 2 ** 32));
}

export function eightHexDigits(number: number): string {
  return number.toString(16).padStart(8, '0');
}
