/**
 * The replay log: what a row source has answered, in order. A job that starts
 * again reads its answers from there through the deterministic solver, and
 * goes on where they end, with the same bits.
 *
 * File: the line `scalemix.log/1`, then records of length (uint32), CRC-32 of
 * the payload (uint32) and payload, each appended and synced. The first
 * payload is the header (JSON), the others are replies with the hash of their
 * requests. A record that was cut off at the end is dropped.
 */
import { closeSync, fsyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DataError } from '@scalemix/core';

const MAGIC = Buffer.from('scalemix.log/1\n');
const RECORD_HEAD = 8;

export interface LogHeader {
  /** Kernel id of the source that answered; its bits are only those of the same id. */
  readonly kernel: string;
  /** Version of the program. */
  readonly version: string;
  /** What was asked, and of which data: must be the same to go on. */
  readonly job: unknown;
}

export class ReplayLog {
  readonly header: LogHeader;
  /** Replies that were there when the log was opened, in order. */
  readonly replies: readonly Uint8Array[];
  readonly #descriptor: number;
  #size: number;

  private constructor(descriptor: number, header: LogHeader, replies: readonly Uint8Array[], size: number) {
    this.#descriptor = descriptor;
    this.header = header;
    this.replies = replies;
    this.#size = size;
  }

  /** A new log. @throws an error of the file system where the file exists */
  static create(path: string, header: LogHeader): ReplayLog {
    const log = new ReplayLog(openSync(path, 'wx+', 0o600), header, [], 0);
    log.#write(MAGIC);
    log.append(Buffer.from(JSON.stringify(header)));
    return log;
  }

  /**
   * An existing log, to be read and continued; a torn last record is cut off.
   * @throws DataError LOG_CORRUPT
   */
  static open(path: string): ReplayLog {
    const descriptor = openSync(path, 'r+');
    try {
      const { header, replies, size } = readLog(descriptor, path);
      ftruncateSync(descriptor, size);
      return new ReplayLog(descriptor, header, replies, size);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  append(payload: Uint8Array): void {
    const head = Buffer.alloc(RECORD_HEAD);
    head.writeUInt32LE(payload.byteLength, 0);
    head.writeUInt32LE(crc32(payload), 4);
    this.#write(Buffer.concat([head, payload]));
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.byteLength) done += writeSync(this.#descriptor, bytes, done, bytes.byteLength - done, this.#size + done);
    this.#size += bytes.byteLength;
  }
}

function readLog(descriptor: number, path: string): { header: LogHeader; replies: Uint8Array[]; size: number } {
  const corrupt = (problem: string): DataError => new DataError('LOG_CORRUPT', `The log ${path} ${problem}. Start the job anew without it.`);
  const end = fstatSync(descriptor).size;
  const read = (at: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const count = readSync(descriptor, bytes, done, length - done, at + done);
      if (count === 0) throw corrupt('ends while it is read');
      done += count;
    }
    return bytes;
  };
  if (end < MAGIC.byteLength || !read(0, MAGIC.byteLength).equals(MAGIC)) throw corrupt('is not a log of this program');
  const payloads: Uint8Array[] = [];
  let at = MAGIC.byteLength;
  while (at + RECORD_HEAD <= end) {
    const head = read(at, RECORD_HEAD);
    const length = head.readUInt32LE(0);
    if (at + RECORD_HEAD + length > end) break;
    const payload = read(at + RECORD_HEAD, length);
    const last = at + RECORD_HEAD + length === end;
    if (crc32(payload) !== head.readUInt32LE(4)) {
      if (last) break;
      throw corrupt(`is damaged ${at} bytes from its start`);
    }
    payloads.push(payload);
    at += RECORD_HEAD + length;
  }
  const [first, ...replies] = payloads;
  if (first === undefined) throw corrupt('has no header');
  return { header: headerOf(first, corrupt), replies, size: at };
}

function headerOf(payload: Uint8Array, corrupt: (problem: string) => DataError): LogHeader {
  let header: Partial<LogHeader> | null;
  try {
    header = JSON.parse(Buffer.from(payload).toString('utf8')) as Partial<LogHeader> | null;
  } catch {
    throw corrupt('has a header that is not JSON');
  }
  if (typeof header?.kernel !== 'string' || typeof header.version !== 'string') throw corrupt('has a header without kernel and version');
  return { kernel: header.kernel, version: header.version, job: header.job };
}
