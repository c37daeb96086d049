/** Counts checks, and tells of each that fails. */
export class Tally {
  passed = 0;
  failed = 0;

  /** @param {string} name @param {string | undefined} problem `undefined` if the check passed */
  check(name, problem) {
    if (problem === undefined) this.passed++;
    else this.fail(`${name}: ${problem}`);
  }

  /** @param {string} message */
  fail(message) {
    this.failed++;
    console.error(`FAILED ${message}`);
  }
}
