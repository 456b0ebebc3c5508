import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { DataError } from '@scalemix/core';

/** One file to read. */
export interface InputFile {
  /** Where its bytes are. */
  readonly path: string;
  /** Its name in messages: the path, or `standard input`. */
  readonly name: string;
  /** Its size on disk. */
  readonly bytes: number;
}

const CHUNK_BYTES = 1 << 20;
const INFLATED_CHUNK_BYTES = 1 << 18;

/** gzip by its magic, whatever the file is called. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** The first bytes of a file, at most `length`. */
export async function fileHead(path: string, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The first bytes of a file's content, decompressed; `whole` where that is all of it. */
export async function contentHead(file: InputFile, length: number): Promise<{ head: Buffer; whole: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of fileBytes(file)) {
    parts.push(Buffer.from(chunk));
    size += chunk.length;
    if (size >= length) return { head: Buffer.concat(parts), whole: false };
  }
  return { head: Buffer.concat(parts), whole: true };
}

/** Decompresses as much of a cut-off gzip head as there is; other bytes stay as they are. */
export function inflatedHead(head: Buffer): Buffer {
  if (!isGzip(head)) return head;
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return head;
  }
}

/**
 * The bytes of a file in order, decompressed where it is gzip. A chunk is valid
 * until the next is asked for; the next one is read from disk meanwhile.
 *
 * @throws DataError CORRUPT_FILE where gzip data are damaged or cut off
 */
export async function* fileBytes(file: InputFile): AsyncGenerator<Buffer> {
  if (isGzip(await fileHead(file.path, 2))) {
    yield* inflated(file);
    return;
  }
  const handle = await open(file.path);
  let pending: Promise<Buffer> | undefined;
  try {
    let free = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let other = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    pending = readNext(handle, free);
    for (;;) {
      const chunk = await pending;
      if (chunk.length === 0) return;
      pending = readNext(handle, other);
      pending.catch(() => {});
      [free, other] = [other, free];
      yield chunk;
    }
  } finally {
    await pending?.catch(() => {});
    await handle.close();
  }
}

async function readNext(handle: FileHandle, buffer: Buffer): Promise<Buffer> {
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
  return buffer.subarray(0, bytesRead);
}

async function* inflated(file: InputFile): AsyncGenerator<Buffer> {
  const source = createReadStream(file.path, { highWaterMark: INFLATED_CHUNK_BYTES });
  const gunzip = createGunzip({ chunkSize: INFLATED_CHUNK_BYTES });
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    throw new DataError('CORRUPT_FILE', `${file.name}: the gzip data are damaged or cut off (${(error as Error).message}); fetch or write the file again`, { cause: error });
  } finally {
    source.destroy();
  }
}
