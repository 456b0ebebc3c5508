const FRAME_MAGIC = 0x184d2204;
const MIN_MATCH = 4;

/**
 * Decompresses one LZ4 frame (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md),
 * which is what Feather files are written with by default. Checksums are not
 * verified.
 *
 * @param length bytes it must decompress to
 * @throws Error where the frame is damaged
 */
export function decodeLz4Frame(frame: Uint8Array, length: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 7 || view.getUint32(0, true) !== FRAME_MAGIC) throw new Error('no LZ4 frame');
  const flags = frame[4]!;
  if (flags >> 6 !== 1) throw new Error(`unknown LZ4 version ${flags >> 6}`);
  const blockChecksums = (flags & 0x10) !== 0;
  // magic, flags, block size, [content size], [dictionary id], header checksum
  let at = 4 + 2 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0) + 1;
  const out = new Uint8Array(length);
  let filled = 0;
  for (;;) {
    if (at + 4 > frame.length) throw new Error('LZ4 frame cut off');
    const header = view.getUint32(at, true);
    at += 4;
    if (header === 0) break;
    const size = header & 0x7fffffff;
    if (at + size > frame.length) throw new Error('LZ4 block cut off');
    if (header >>> 31 === 1) {
      if (filled + size > length) throw new Error('LZ4 frame longer than stated');
      out.set(frame.subarray(at, at + size), filled);
      filled += size;
    } else {
      filled = decodeBlock(frame, at, at + size, out, filled);
    }
    at += size + (blockChecksums ? 4 : 0);
  }
  if (filled !== length) throw new Error(`LZ4 frame holds ${filled} bytes, not ${length}`);
  return out;
}

/** Sequences of literals and matches; returns where the output now ends. */
function decodeBlock(block: Uint8Array, start: number, end: number, out: Uint8Array, filled: number): number {
  let from = start;
  let to = filled;
  while (from < end) {
    const token = block[from++]!;
    let literals = token >> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (from >= end) throw new Error('LZ4 block cut off');
        more = block[from++]!;
      }
    }
    if (from + literals > end || to + literals > out.length) throw new Error('LZ4 block damaged');
    for (let count = 0; count < literals; count++) out[to++] = block[from++]!;
    if (from >= end) break;

    const distance = block[from]! | (block[from + 1]! << 8);
    from += 2;
    let match = (token & 15) + MIN_MATCH;
    if ((token & 15) === 15) {
      for (let more = 255; more === 255; match += more) {
        if (from >= end) throw new Error('LZ4 block cut off');
        more = block[from++]!;
      }
    }
    if (distance === 0 || distance > to || to + match > out.length) throw new Error('LZ4 block damaged');
    // matches may overlap what they write: byte by byte
    for (let count = 0; count < match; count++, to++) out[to] = out[to - distance]!;
  }
  return to;
}
