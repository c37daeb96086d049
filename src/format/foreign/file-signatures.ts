// What a file is by its first bytes, as far as it cannot be weights: archives, sidecars, what is encrypted.

/** Bytes of a file's start that {@link signatureIn} looks at: a tar archive says so last of all. */
export const SIGNATURE_BYTES = 264;

interface Signature {
  readonly what: string;
  /** Latin-1, from `at` on. */
  readonly magic: string;
  readonly at?: number;
  readonly advice: string;
  /** Names under which such a file is what its name says. */
  readonly rightNames?: RegExp;
}

export type SignatureFinding = Pick<Signature, 'what' | 'advice'>;

const UNPACK = 'unpack it first, and compress what is in it';
const SIDECAR =
  'macOS keeps attributes of the file of that name in it where the disk has no place for them; nothing loads it';

/** PyTorch, NumPy, Keras and NeMo write zip archives; old PyTorch and NeMo write tar archives. */
const ZIP_NAMES =
  /\.(zip|pt|pth|bin|ckpt|pt2|ptl|npz|keras|nemo|jit|mar|dduf|distcp|th|pkl|pickle|whl|jar)$/i;
const TAR_NAMES = /\.(tar|nemo|pt|pth|bin|ckpt|mar)$/i;
const GZIP_NAMES = /\.(gz|tgz|nemo|joblib|pkl|pickle|mar|npz)$/i;

const SIGNATURES: readonly Signature[] = [
  { what: 'an AppleDouble sidecar', magic: '\x00\x05\x16\x07', advice: SIDECAR },
  { what: 'an AppleSingle archive', magic: '\x00\x05\x16\x00', advice: UNPACK },
  { what: 'gzip-compressed', magic: '\x1f\x8b\x08', advice: UNPACK, rightNames: GZIP_NAMES },
  { what: 'zstd-compressed', magic: '\x28\xb5\x2f\xfd', advice: UNPACK, rightNames: /\.(zst|tzst)$/i },
  { what: 'xz-compressed', magic: '\xfd7zXZ\x00', advice: UNPACK, rightNames: /\.(xz|txz|joblib)$/i },
  { what: 'lz4-compressed', magic: '\x04\x22\x4d\x18', advice: UNPACK, rightNames: /\.(lz4|joblib)$/i },
  { what: 'lzip-compressed', magic: 'LZIP\x01', advice: UNPACK, rightNames: /\.t?lz$/i },
  { what: 'bzip2-compressed', magic: '1AY&SY', at: 4, advice: UNPACK, rightNames: /\.(bz2|tbz2?|joblib)$/i },
  { what: 'a 7z archive', magic: '7z\xbc\xaf\x27\x1c', advice: UNPACK, rightNames: /\.7z$/i },
  { what: 'a RAR archive', magic: 'Rar!\x1a\x07', advice: UNPACK, rightNames: /\.rar$/i },
  { what: 'a tar archive', magic: 'ustar', at: 257, advice: UNPACK, rightNames: TAR_NAMES },
  { what: 'a zip archive', magic: 'PK\x03\x04', advice: UNPACK, rightNames: ZIP_NAMES },
  { what: 'an empty zip archive', magic: 'PK\x05\x06', advice: UNPACK, rightNames: ZIP_NAMES },
  { what: 'encrypted by git-crypt', magic: '\x00GITCRYPT\x00', advice: 'run `git-crypt unlock`' },
];

/** What the file is that begins with `start`; `undefined` where that is what `name` says, or may be weights. */
export function signatureIn(start: Uint8Array, name: string): SignatureFinding | undefined {
  return SIGNATURES.find(
    ({ magic, at = 0, rightNames }) => hasText(start, magic, at) && rightNames?.test(name) !== true,
  );
}

/** Whether the Latin-1 text stands at `at`. */
export function hasText(bytes: Uint8Array, text: string, at = 0): boolean {
  if (at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
