// What a server answers in the place of a file, which a download that does not look keeps under the file's name.

/** Bytes of a file's start that {@link pageIn} looks at. */
export const PAGE_START_BYTES = 1024;
/** An answer in plain text or JSON is one sentence, as a rule. */
const ANSWER_MAX_BYTES = 1 << 16;
/** Most of an answer that is repeated to the user. */
const QUOTE_MAX_LENGTH = 80;

/** Names of what is text by right. */
const TEXT_NAMES = /\.(html?|xhtml|xml|svg|json|jsonl|txt|md|rst|py|yaml|yml|toml|csv)$/i;

const HTML = /^(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|meta|script|center|h1)\b/is;
const XML = /^(<\?xml\s|<Error>)/;
const JSON_ERROR = /^\{.*"(error|errors|message|detail|title|reason|status|code)"\s*:/is;
/** The Hub: "Entry not found", "Invalid username or password.", "Temporary Redirect. Redirecting to …"; GitHub: "404: Not Found";
 * proxies: "error code: 1015", "upstream connect error", "Bad Gateway". */
const PLAIN_ERROR =
  /\b(not found|redirecting to|unauthori[sz]ed|forbidden|access (to|denied|is)|invalid (username|credentials|token|user)|restricted|too many requests|rate limit|(bad|502) gateway|gateway time-?out|service unavailable|internal server error|upstream connect error|error code: \d+|permission denied|log ?in|expired)/i;

/** What the page is, `undefined` for any other file.
 * @param start the file's first bytes, PAGE_START_BYTES of them if there are as many */
export function pageIn(start: Uint8Array, sizeBytes: number, name: string): string | undefined {
  if (TEXT_NAMES.test(name)) return undefined;
  const text = textOf(start);
  if (text === undefined) return undefined;
  if (HTML.test(text)) return 'an HTML page';
  if (XML.test(text)) return `an XML document${quoted(/<Message>([^<]*)/.exec(text)?.[1])}`;
  if (sizeBytes > ANSWER_MAX_BYTES) return undefined;
  if (JSON_ERROR.test(text)) return `a server's answer in JSON${quoted(text)}`;
  return sizeBytes <= PAGE_START_BYTES && PLAIN_ERROR.test(text)
    ? `a server's answer${quoted(text)}`
    : undefined;
}

/** Without what may stand before a page begins; `undefined` for bytes that are no text. */
function textOf(start: Uint8Array): string | undefined {
  const text = new TextDecoder(start[0] === 0xff && start[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(start);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells bytes from text.
  return /[\x00-\x08\x0e-\x1a]/.test(text) ? undefined : text.trimStart();
}

function quoted(text: string | undefined): string {
  const line = text?.replace(/\s+/g, ' ').trim();
  if (!line) return '';
  return ` (${line.length > QUOTE_MAX_LENGTH ? `${line.slice(0, QUOTE_MAX_LENGTH)}…` : line})`;
}
