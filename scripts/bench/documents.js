// Where results go in the documents: between two marks, and nowhere else.

const START = '<!-- bench: written by `npm run bench -- --write-readme` -->';
const END = '<!-- /bench -->';

/** The document with `content` between its marks. A document without them gets them, under `heading`, before the first
 * line that is `before`, or at its end. @param {string} document @param {string} content
 * @param {{ heading: string, before?: string }} place @throws {Error} where one mark lacks the other */
export function withResults(document, content, { heading, before }) {
  const block = `${START}\n\n${content}\n\n${END}`;
  const [start, end] = [document.indexOf(START), document.indexOf(END)];
  if (start === -1 && end === -1) {
    const lines = document.trimEnd().split('\n');
    const at = before === undefined ? -1 : lines.indexOf(before);
    const added = [heading, '', block, ''];
    return at === -1
      ? `${[...lines, '', ...added].join('\n')}`
      : `${[...lines.slice(0, at), ...added, ...lines.slice(at)].join('\n')}\n`;
  }
  if (start === -1 || end < start) throw new Error('the marks of the benchmark results do not form a pair');
  return document.slice(0, start) + block + document.slice(end + END.length);
}
