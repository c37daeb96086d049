import { ZnnError } from '../../errors.js';

/** How far the element that starts with a given byte reaches: its head, then a length field of `lengthBytes` that counts
 * body bytes or, for a container, items; `items` per counted one (2 in a map). */
interface ElementShape {
  readonly lengthBytes: number;
  /** Body bytes that follow the head when there is no length field, or the fixed count of items. */
  readonly fixed: number;
  readonly kind: 'scalar' | 'array' | 'map' | 'refused';
}

const REFUSED: ElementShape = { lengthBytes: 0, fixed: 0, kind: 'refused' };

/** From head byte 0xc0: nil, unused, false, true, bin, ext, float, uint, int, fixext, str, array, map.
 * The index has no use for extension types. https://github.com/msgpack/msgpack/blob/master/spec.md */
const SHAPES_FROM_C0: readonly ElementShape[] = [
  ...[scalar(0), REFUSED, scalar(0), scalar(0)],
  ...[counted('scalar', 1), counted('scalar', 2), counted('scalar', 4)],
  ...[REFUSED, REFUSED, REFUSED],
  ...[scalar(4), scalar(8)],
  ...[scalar(1), scalar(2), scalar(4), scalar(8)],
  ...[scalar(1), scalar(2), scalar(4), scalar(8)],
  ...[REFUSED, REFUSED, REFUSED, REFUSED, REFUSED],
  ...[counted('scalar', 1), counted('scalar', 2), counted('scalar', 4)],
  ...[counted('array', 2), counted('array', 4)],
  ...[counted('map', 2), counted('map', 4)],
];

/** Checks that `bytes` are exactly one msgpack element, with no container more than `depthMax` deep.
 * The msgpack library takes memory for every level of nesting and has no limit for it, so a document of a few MB that is
 * all array heads would end the process; nothing reaches that library before it has passed here.
 * @throws ZnnError `corrupt`. */
export function checkMsgpackNesting(bytes: Uint8Array, depthMax: number): void {
  /** Elements still to come, for each container that is open. */
  const pending = [1];
  let offset = 0;
  while (pending.length > 0) {
    const remaining = pending.pop() as number;
    if (remaining === 0) continue;
    pending.push(remaining - 1);
    const head = bytes[offset];
    if (head === undefined) throw broken(`ends at ${offset}, within an element`);
    const shape = shapeOf(head);
    if (shape.kind === 'refused')
      throw broken(`element type 0x${head.toString(16)} at ${offset} has no place here`);
    const count = shape.lengthBytes === 0 ? shape.fixed : readCount(bytes, offset + 1, shape.lengthBytes);
    offset += 1 + shape.lengthBytes;
    if (shape.kind === 'scalar') {
      offset += count;
    } else {
      if (pending.length > depthMax) throw broken(`nests more than ${depthMax} deep at ${offset}`);
      pending.push(shape.kind === 'map' ? 2 * count : count);
    }
  }
  if (offset !== bytes.length) throw broken(`takes ${offset} bytes of ${bytes.length}`);
}

function shapeOf(head: number): ElementShape {
  if (head < 0x80 || head >= 0xe0) return scalar(0);
  if (head < 0x90) return { lengthBytes: 0, fixed: head - 0x80, kind: 'map' };
  if (head < 0xa0) return { lengthBytes: 0, fixed: head - 0x90, kind: 'array' };
  if (head < 0xc0) return scalar(head - 0xa0);
  return SHAPES_FROM_C0[head - 0xc0] ?? REFUSED;
}

function readCount(bytes: Uint8Array, offset: number, lengthBytes: number): number {
  if (offset + lengthBytes > bytes.length) throw broken(`ends at ${bytes.length}, within a length`);
  let count = 0;
  for (let i = 0; i < lengthBytes; i++) count = count * 256 + (bytes[offset + i] as number);
  return count;
}

function scalar(fixed: number): ElementShape {
  return { lengthBytes: 0, fixed, kind: 'scalar' };
}

function counted(kind: 'scalar' | 'array' | 'map', lengthBytes: number): ElementShape {
  return { lengthBytes, fixed: 0, kind };
}

function broken(what: string): ZnnError {
  return new ZnnError('corrupt', `frame index: the msgpack document ${what}`);
}
