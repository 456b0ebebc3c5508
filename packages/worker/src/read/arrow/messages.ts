import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { DataError } from '@scalemix/core';
import type { InputFile } from '../bytes.ts';

export type MessageKind = 'schema' | 'dictionary' | 'rows' | 'other';

/** Where a message of an Arrow IPC file stands. */
export interface Message {
  readonly kind: MessageKind;
  readonly offset: number;
  /** Of metadata and body together. */
  readonly bytes: number;
  /** Rows of a record batch; 0 for other kinds. */
  readonly rows: number;
  /** Which dictionary a dictionary message is of; it replaces earlier ones unless `delta`. */
  readonly dictionary: number;
  readonly delta: boolean;
}

const MAGIC = 'ARROW1';
const KINDS: readonly MessageKind[] = ['other', 'schema', 'dictionary', 'rows'];
const MAX_METADATA_BYTES = 64 << 20;
const READ_BYTES = 1 << 30;

/**
 * Lists the messages of an IPC file or stream; only their metadata are read, and
 * all sizes are checked against the size of the file.
 *
 * Both forms hold the same sequence of messages; a file has a magic before it
 * and a footer behind it.
 *
 * @throws DataError CORRUPT_FILE
 */
export async function listMessages(file: InputFile): Promise<Message[]> {
  const handle = await open(file.path);
  try {
    const { start, end } = await messageRange(handle, file);
    const messages: Message[] = [];
    for (let offset = start; offset < end; ) {
      const message = await messageAt(handle, offset, end, file);
      if (message === null) break;
      messages.push(message);
      offset += message.bytes;
    }
    if (messages[0]?.kind !== 'schema') throw corrupt(file, 'it does not begin with a schema');
    return messages;
  } finally {
    await handle.close();
  }
}

/** Reads a message whole, at an address that is a multiple of 8. */
export async function readMessage(handle: FileHandle, message: Message, file: InputFile): Promise<Uint8Array> {
  return readExactly(handle, message.offset, message.bytes, file);
}

async function messageRange(handle: FileHandle, file: InputFile): Promise<{ start: number; end: number }> {
  const head = Buffer.from(await readExactly(handle, 0, Math.min(8, file.bytes), file));
  if (!head.toString('latin1').startsWith(MAGIC)) return { start: 0, end: file.bytes };
  const tail = Buffer.from(await readExactly(handle, Math.max(0, file.bytes - 10), Math.min(10, file.bytes), file));
  if (file.bytes < 24 || tail.toString('latin1', 4) !== MAGIC) throw corrupt(file, 'its end is missing');
  const end = file.bytes - 10 - tail.readInt32LE(0);
  if (end < 8 || end > file.bytes - 10) throw corrupt(file, 'its footer has an impossible size');
  return { start: 8, end };
}

async function messageAt(handle: FileHandle, offset: number, end: number, file: InputFile): Promise<Message | null> {
  if (offset + 8 > end) {
    // the end of a stream may be the marker of 4 zero bytes alone
    if (offset + 4 === end) return null;
    throw corrupt(file, 'a message is cut off');
  }
  const prefix = Buffer.from(await readExactly(handle, offset, 8, file));
  const continued = prefix.readInt32LE(0) === -1;
  const metadataBytes = prefix.readInt32LE(continued ? 4 : 0);
  if (metadataBytes === 0) return null;
  const prefixBytes = continued ? 8 : 4;
  if (metadataBytes < 0 || metadataBytes > MAX_METADATA_BYTES || offset + prefixBytes + metadataBytes > end) throw corrupt(file, `a message claims ${metadataBytes} bytes of metadata`);
  const metadata = Buffer.from(await readExactly(handle, offset + prefixBytes, metadataBytes, file));
  try {
    // Message: version, header type, header, body length
    const message = tableAt(metadata, metadata.readUInt32LE(0));
    const kind = KINDS[message.uint8(1)] ?? 'other';
    const bodyBytes = message.int64(3);
    const bytes = prefixBytes + metadataBytes + bodyBytes;
    if (bodyBytes < 0 || offset + bytes > end) throw corrupt(file, `a message claims ${bodyBytes} bytes, more than the file has`);
    const header = message.child(2);
    const dictionary = kind === 'dictionary';
    return { kind, offset, bytes, rows: kind === 'rows' ? header.int64(0) : 0, dictionary: dictionary ? header.int64(0) : 0, delta: dictionary && header.uint8(2) !== 0 };
  } catch (error) {
    throw error instanceof DataError ? error : corrupt(file, `the metadata of a message are damaged (${(error as Error).message})`);
  }
}

/** A flatbuffers table: fields by number, 0 where absent. */
interface FlatTable {
  uint8(field: number): number;
  int64(field: number): number;
  child(field: number): FlatTable;
}

function tableAt(bytes: Buffer, position: number): FlatTable {
  const vtable = position - bytes.readInt32LE(position);
  const vtableBytes = bytes.readUInt16LE(vtable);
  const fieldAt = (field: number): number => {
    const slot = 4 + 2 * field;
    const relative = slot + 2 <= vtableBytes ? bytes.readUInt16LE(vtable + slot) : 0;
    return relative === 0 ? -1 : position + relative;
  };
  return {
    uint8: (field) => (fieldAt(field) < 0 ? 0 : bytes.readUInt8(fieldAt(field))),
    int64: (field) => (fieldAt(field) < 0 ? 0 : Number(bytes.readBigInt64LE(fieldAt(field)))),
    child: (field) => tableAt(bytes, fieldAt(field) + bytes.readUInt32LE(fieldAt(field))),
  };
}

async function readExactly(handle: FileHandle, offset: number, length: number, file: InputFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await handle.read(bytes, filled, Math.min(READ_BYTES, length - filled), offset + filled);
    if (bytesRead === 0) throw corrupt(file, 'it ends early');
    filled += bytesRead;
  }
  return bytes;
}

export function corrupt(file: InputFile, problem: string): DataError {
  return new DataError('CORRUPT_FILE', `${file.name}: the Arrow file is damaged or cut off: ${problem}; fetch or write it again`);
}
