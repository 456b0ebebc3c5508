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
const BLOCK_BYTES = 24;
const READ_BYTES = 1 << 30;

/** The schema as a message of a stream, and dictionaries and rows in the order to read them in. */
export interface MessageList {
  readonly schema: Uint8Array;
  readonly messages: readonly Message[];
}

/**
 * Lists the messages of an IPC file or stream; only their metadata are read, and
 * all sizes are checked against the size of the file. In a stream the messages
 * stand one behind the other; a file has a footer that says where they are.
 *
 * @throws DataError CORRUPT_FILE
 */
export async function listMessages(file: InputFile): Promise<MessageList> {
  const handle = await open(file.path);
  try {
    const head = Buffer.from(await readExactly(handle, 0, Math.min(8, file.bytes), file));
    const list = head.toString('latin1').startsWith(MAGIC) ? await listFile(handle, file) : await listStream(handle, file);
    return { ...list, messages: list.messages.filter(({ kind }) => kind === 'dictionary' || kind === 'rows') };
  } finally {
    await handle.close();
  }
}

/** Reads a message whole, at an address that is a multiple of 8. */
export async function readMessage(handle: FileHandle, message: Message, file: InputFile): Promise<Uint8Array> {
  return readExactly(handle, message.offset, message.bytes, file);
}

async function listStream(handle: FileHandle, file: InputFile): Promise<MessageList> {
  const messages: Message[] = [];
  for (let offset = 0; offset < file.bytes; ) {
    const message = await messageAt(handle, offset, file.bytes, file);
    if (message === null) break;
    messages.push(message);
    offset += message.bytes;
  }
  const [schema] = messages;
  if (schema?.kind !== 'schema') throw corrupt(file, 'it does not begin with a schema');
  return { schema: await readMessage(handle, schema, file), messages };
}

async function listFile(handle: FileHandle, file: InputFile): Promise<MessageList> {
  const tail = Buffer.from(await readExactly(handle, Math.max(0, file.bytes - 10), Math.min(10, file.bytes), file));
  if (file.bytes < 24 || tail.toString('latin1', 4) !== MAGIC) throw corrupt(file, 'its end is missing');
  const footerBytes = tail.readInt32LE(0);
  const end = file.bytes - 10 - footerBytes;
  if (footerBytes < 8 || end < 8) throw corrupt(file, `it claims a footer of ${footerBytes} bytes`);
  const bytes = Buffer.from(await readExactly(handle, end, footerBytes, file));
  let blocks: number[];
  let schema: Uint8Array;
  try {
    // Footer: version, schema, dictionaries, record batches
    const footer = tableAt(bytes, bytes.readUInt32LE(0));
    schema = schemaMessage(bytes, footer);
    // dictionaries may stand behind the rows that use them; in a file none is ever replaced
    blocks = [...footer.blocks(2), ...footer.blocks(3)];
  } catch (error) {
    throw corrupt(file, `its footer is damaged (${(error as Error).message})`);
  }
  const messages: Message[] = [];
  for (const offset of blocks) {
    const message = offset < 8 || offset >= end ? null : await messageAt(handle, offset, end, file);
    if (message === null) throw corrupt(file, `its footer names a message at ${offset}, where there is none`);
    messages.push(message);
  }
  return { schema, messages };
}

/**
 * The schema of a footer as a message of its own: a flatbuffers Message (version,
 * header type, header) before a copy of the footer, whose offsets are relative
 * and stay right.
 */
function schemaMessage(footerBytes: Buffer, footer: FlatTable): Uint8Array {
  const message = Buffer.alloc(8 + 32 + footerBytes.length + (-footerBytes.length & 7));
  message.writeInt32LE(-1, 0);
  message.writeInt32LE(message.length - 8, 4);
  const [root, vtable, table, copy] = [8, 12, 24, 40];
  message.writeUInt32LE(table - root, root);
  // vtable: its size, the table's size, the places of three fields
  [10, 12, 4, 6, 8].forEach((value, index) => message.writeUInt16LE(value, vtable + 2 * index));
  message.writeInt32LE(table - vtable, table);
  message.writeInt16LE(footer.int16(0), table + 4);
  message.writeUInt8(KINDS.indexOf('schema'), table + 6);
  message.writeUInt32LE(copy + footer.place(1) - (table + 8), table + 8);
  footerBytes.copy(message, copy);
  return message;
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
    const none = { kind, offset, bytes, rows: 0, dictionary: 0, delta: false };
    if (kind === 'rows') return { ...none, rows: message.child(2).int64(0) };
    if (kind === 'dictionary') return { ...none, dictionary: message.child(2).int64(0), delta: message.child(2).uint8(2) !== 0 };
    return none;
  } catch (error) {
    throw error instanceof DataError ? error : corrupt(file, `the metadata of a message are damaged (${(error as Error).message})`);
  }
}

/** A flatbuffers table: fields by number, 0 where absent. */
interface FlatTable {
  uint8(field: number): number;
  int16(field: number): number;
  int64(field: number): number;
  /** Where the table stands that a field refers to. */
  place(field: number): number;
  child(field: number): FlatTable;
  /** Offsets in the file of a vector of Blocks (offset, metadata length, body length). */
  blocks(field: number): number[];
}

function tableAt(bytes: Buffer, position: number): FlatTable {
  const vtable = position - bytes.readInt32LE(position);
  const vtableBytes = bytes.readUInt16LE(vtable);
  const fieldAt = (field: number): number => {
    const slot = 4 + 2 * field;
    const relative = slot + 2 <= vtableBytes ? bytes.readUInt16LE(vtable + slot) : 0;
    return relative === 0 ? -1 : position + relative;
  };
  const place = (field: number): number => fieldAt(field) + bytes.readUInt32LE(fieldAt(field));
  return {
    uint8: (field) => (fieldAt(field) < 0 ? 0 : bytes.readUInt8(fieldAt(field))),
    int64: (field) => (fieldAt(field) < 0 ? 0 : Number(bytes.readBigInt64LE(fieldAt(field)))),
    int16: (field) => (fieldAt(field) < 0 ? 0 : bytes.readInt16LE(fieldAt(field))),
    place,
    child: (field) => tableAt(bytes, place(field)),
    blocks: (field) => {
      if (fieldAt(field) < 0) return [];
      const start = place(field);
      const count = bytes.readUInt32LE(start);
      if (start + 4 + count * BLOCK_BYTES > bytes.length) throw new Error(`a list of ${count} messages does not fit`);
      return Array.from({ length: count }, (_, index) => Number(bytes.readBigInt64LE(start + 4 + index * BLOCK_BYTES)));
    },
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
