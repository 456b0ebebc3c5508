/** Vectors in messages: the little-endian bytes of their numbers. */
import { DataError } from '@scalemix/core';

type Vector = Float64Array | Float32Array | Int32Array | Uint32Array;

interface VectorType<Values extends Vector> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): Values;
}

export function bytesOf(values: Vector): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/**
 * The vector in `bytes`: a view where they are aligned, else a copy.
 * @param length numbers that must be there; null: any
 * @throws DataError BAD_MESSAGE
 */
export function vectorOf<Values extends Vector>(type: VectorType<Values>, bytes: Uint8Array, length: number | null, what: string): Values {
  const size = type.BYTES_PER_ELEMENT;
  const count = bytes.byteLength / size;
  if (!Number.isInteger(count) || (length !== null && count !== length)) {
    throw new DataError('BAD_MESSAGE', `A message has ${bytes.byteLength} bytes of ${what}; ${length === null ? `a multiple of ${size}` : `${length * size}`} are expected.`);
  }
  if (bytes.byteOffset % size === 0) return new type(bytes.buffer, bytes.byteOffset, count);
  // Not bytes.slice(): of a Buffer, which protobufjs hands out, that is a view.
  return new type(new Uint8Array(bytes).buffer, 0, count);
}
