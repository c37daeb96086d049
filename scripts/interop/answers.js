/** The answers that a Python script of test/interop printed, one a job.
 * @param {string} output @param {number} expectedCount @returns {{ error?: string }[]} */
export function readAnswers(output, expectedCount) {
  const mark = 'ANSWER ';
  const lines = output.split('\n').filter((line) => line.startsWith(mark));
  if (lines.length !== expectedCount) throw new Error(`${lines.length} answers to ${expectedCount} jobs`);
  return lines.map((line) => JSON.parse(line.slice(mark.length)));
}
