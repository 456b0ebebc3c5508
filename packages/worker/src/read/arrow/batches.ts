import { open } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import { CompressionType, setCompressionCodec, tableFromIPC } from '@uwdata/flechette';
import type { Column, Table as ArrowTable } from '@uwdata/flechette';
import type { InputFile } from '../bytes.ts';
import { decodeLz4Frame } from './lz4.ts';
import { corrupt, readMessage } from './messages.ts';
import type { Message, MessageList } from './messages.ts';

const MAX_LZ4_RATIO = 255;

setCompressionCodec(CompressionType.LZ4_FRAME, {
  decode: (bytes, length) => {
    if (length > bytes.length * MAX_LZ4_RATIO + 64) throw new Error(`${bytes.length} bytes cannot hold ${length}`);
    return decodeLz4Frame(bytes, length);
  },
  encode: notWritten,
});
setCompressionCodec(CompressionType.ZSTD, {
  // copied: columns are viewed in place and must begin at a multiple of 8
  decode: (bytes, length) => new Uint8Array(zstdDecompressSync(bytes, { maxOutputLength: length })),
  encode: notWritten,
});

function notWritten(): never {
  throw new Error('compressed Arrow files are read, not written');
}

/** The schema as a table without rows. */
export function emptyTable(file: InputFile, { schema }: MessageList): ArrowTable {
  return decode(file, [schema]);
}

export interface RecordBatch {
  readonly rows: number;
  readonly columns: readonly Column<unknown>[];
  /** Changes when dictionaries change. */
  readonly dictionaryVersion: number;
}

/**
 * The record batches of a file, one at a time in memory.
 * @param skips asked before each, with its rows: whether it is left out
 * @throws DataError CORRUPT_FILE
 */
export async function* recordBatches(file: InputFile, { schema, messages }: MessageList, signal: AbortSignal | undefined, skips: (rows: number) => boolean): AsyncGenerator<RecordBatch> {
  const handle = await open(file.path);
  try {
    let dictionaries: { message: Message; bytes: Uint8Array }[] = [];
    let dictionaryVersion = 0;
    for (const message of messages) {
      signal?.throwIfAborted();
      if (message.kind === 'dictionary') {
        if (!message.delta) dictionaries = dictionaries.filter((other) => other.message.dictionary !== message.dictionary);
        dictionaries.push({ message, bytes: await readMessage(handle, message, file) });
        dictionaryVersion++;
      }
      if (message.kind !== 'rows' || message.rows === 0 || skips(message.rows)) continue;
      const table = decode(file, [schema, ...dictionaries.map(({ bytes }) => bytes), await readMessage(handle, message, file)]);
      if (table.numRows !== message.rows) throw corrupt(file, `a record batch of ${message.rows} rows has ${table.numRows}`);
      yield { rows: table.numRows, columns: Array.from({ length: table.numCols }, (_, index) => table.getChildAt(index)), dictionaryVersion };
    }
  } finally {
    await handle.close();
  }
}

function decode(file: InputFile, messages: Uint8Array[]): ArrowTable {
  try {
    return tableFromIPC(messages, { useBigInt: true, useDecimalInt: true });
  } catch (error) {
    throw corrupt(file, (error as Error).message);
  }
}
