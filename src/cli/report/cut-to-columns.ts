import stringWidth from 'string-width';

/** Drawn in two columns; string-width knows those of Unicode 11 only. */
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;

let segmenter: Intl.Segmenter | undefined;

/** As much of a line's start as a terminal shows in `columns`, in whole characters as a person sees them: an emoji, a letter with
 * its accents. */
export function cutToColumns(text: string, columns: number): string {
  // No character of these is wider than one column, or more than one.
  if (/^[\x20-\x7e]*$/.test(text)) return text.slice(0, columns);
  segmenter ??= new Intl.Segmenter();
  let usedColumns = 0;
  for (const { segment, index } of segmenter.segment(text)) {
    usedColumns += EMOJI.test(segment) ? 2 : stringWidth(segment);
    if (usedColumns > columns) return text.slice(0, index);
  }
  return text;
}
