// Small files of other formats of weights, made byte by byte.

import { zipSync } from 'fflate';
import { concatBytes, u64Bytes, utf8 } from './bytes.js';
import { uniformBytes } from './distributions.js';

const u32 = (value: number) => Uint8Array.from([value, value >>> 8, value >>> 16, value >>> 24]);
const u64 = (value: number) => Uint8Array.from(u64Bytes(BigInt(value)));
const text = (value: string) => concatBytes(u64(value.length), utf8(value));

/** Values of each kind, an alignment of its own, tensors of F32, Q8_0 and a type of the future, the last one of 128 bytes. */
export const GGUF = gguf();

function gguf(): Uint8Array {
  const values = [
    [text('general.architecture'), u32(8), text('llama')],
    [text('general.alignment'), u32(4), u32(64)],
    [text('tokens'), u32(9), u32(8), u64(3), text('a'), text('bc'), text('')],
    [text('scores'), u32(9), u32(6), u64(2), u64(0)],
    [text('flag'), u32(7), Uint8Array.of(1)],
  ];
  const tensors = [
    [text('x'), u32(1), u64(8), u32(99), u64(0)],
    [text('q'), u32(2), u64(32), u64(2), u32(8), u64(64)],
    [text('w'), u32(2), u64(8), u64(4), u32(0), u64(192)],
  ];
  const header = concatBytes(
    utf8('GGUF'),
    ...[u32(3), u64(tensors.length), u64(values.length), ...values.flat(), ...tensors.flat()],
  );
  return concatBytes(header, new Uint8Array(-header.length & 63), uniformBytes(1, 192 + 8 * 4 * 4));
}

/** Superblocks of versions 0, 1, 2 and 3, and of addresses of 4 bytes. */
export const HDF5_FILES: readonly Uint8Array[] = [
  hdf5([0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0], 8),
  hdf5([1, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8),
  hdf5([2, 8, 8, 0], 8),
  hdf5([3, 8, 8, 0], 8),
  hdf5([2, 4, 4, 0], 4),
];

function hdf5(fields: readonly number[], addressBytes: 4 | 8): Uint8Array {
  const address = addressBytes === 8 ? u64 : u32;
  const signature = Uint8Array.from(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'));
  const addresses = [0, 0xffffffff, 2000, 48].map(address);
  const superblock = concatBytes(signature, Uint8Array.from(fields), ...addresses);
  return concatBytes(superblock, uniformBytes(2, 2000 - superblock.length));
}

/** An array of 3 × 40 numbers. */
export const NPY = concatBytes(
  Uint8Array.from(Buffer.from('\x93NUMPY\x01\x00\x46\x00', 'latin1')),
  utf8("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 40), }".padEnd(69).concat('\n')),
  uniformBytes(3, 3 * 40 * 4),
);

/** Version 8 of the format, a producer, an operator set, a graph, which comes last here: a message that is cut between two fields is
 * a message. */
export const ONNX = concatBytes(
  Uint8Array.from([0x08, 8, 0x12, 3]),
  utf8('me!'),
  Uint8Array.from([0x42, 4, 0x0a, 0, 0x10, 17]),
  Uint8Array.from([0x3a, 0xe8, 0x07]),
  uniformBytes(4, 1000),
);

/** As `torch.save` writes it: a zip archive whose members are not compressed. */
export function tensorZip(): Uint8Array {
  const members = { 'model/data.pkl': utf8('\x80\x02}q\x00.'), 'model/data/0': uniformBytes(5, 2000) };
  return zipSync(members, { level: 0 });
}

/** As `torch.save` wrote it before. */
export const TORCH_LEGACY = concatBytes(
  Uint8Array.from(Buffer.from('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.', 'latin1')),
  uniformBytes(6, 1000),
);
