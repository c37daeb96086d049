import type { Kernels } from './kernels.js';
import { CHECKSUM_STATE, RAW, RUN_RAW_BYTES } from './memory.js';

const STRIPE_BYTES = 32;

/** A content checksum that is taken in piece by piece. */
export interface RunningChecksum {
  /** Takes in `bytes` bytes of the kernels' memory; every piece but the last is a multiple of 32. */
  update(address: number, bytes: number): void;
  /** The same where a kernel has taken the whole stripes of the piece into the state at CHECKSUM_STATE. */
  tookStripes(address: number, bytes: number): void;
  /** XXH64, seed 0, of everything taken in. The last piece must still stand in memory. */
  finish(): bigint;
}

/** Starts a checksum; only one runs at a time in one instance of the kernels. */
export function startChecksum({ exports }: Kernels): RunningChecksum {
  let totalBytes = 0;
  let tail = 0;
  exports.checksumBegin(CHECKSUM_STATE);
  const tookStripes = (address: number, bytes: number) => {
    tail = address + bytes - (bytes % STRIPE_BYTES);
    totalBytes += bytes;
  };
  return {
    update(address, bytes) {
      exports.checksumStripes(CHECKSUM_STATE, address, bytes - (bytes % STRIPE_BYTES));
      tookStripes(address, bytes);
    },
    tookStripes,
    finish: () => BigInt.asUintN(64, exports.checksumFinish(CHECKSUM_STATE, tail, BigInt(totalBytes))),
  };
}

/** XXH64, seed 0, of bytes in the kernels' memory. */
export function checksumAt(kernels: Kernels, address: number, bytes: number): bigint {
  const checksum = startChecksum(kernels);
  checksum.update(address, bytes);
  return checksum.finish();
}

/** XXH64, seed 0, of bytes outside the kernels' memory; overwrites the raw region. */
export function checksumOf(kernels: Kernels, content: Uint8Array): bigint {
  const checksum = startChecksum(kernels);
  for (let offset = 0; offset < content.length; offset += RUN_RAW_BYTES) {
    const piece = content.subarray(offset, offset + RUN_RAW_BYTES);
    kernels.bytes.set(piece, RAW);
    checksum.update(RAW, piece.length);
  }
  return checksum.finish();
}
