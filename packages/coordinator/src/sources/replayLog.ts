/**
 * The replay log: what a row source has answered, in order. A job that starts
 * again reads its answers from there through the deterministic solver, and
 * goes on where they end, with the same bits.
 *
 * File: the line `scalemix.log/1`, then records, each appended and synced:
 *
 *   uint32 length of the payload | uint32 its CRC-32 | uint32 CRC-32 of these eight bytes | payload
 *
 * The first payload is the header (JSON), the others are replies with the hash
 * of their requests. A last record that was cut off is dropped; damage anywhere
 * else is an error.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, fstatSync, ftruncateSync, linkSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DataError, FailureError, UsageError } from '@scalemix/core';
import { tryLock, unlock } from './fileLock.ts';

const MAGIC = Buffer.from('scalemix.log/1\n');
const RECORD_HEAD = 12;
/** Longest header, and longest reply: what one message can hold (node/protocol) with its hash. A reply has at least its hash. */
const MOST_HEADER = 2 ** 26;
const MOST_REPLY = 2 ** 31 + 2 ** 10;
const LEAST_REPLY = 32;
/** Bytes looked at in one go. */
const CHUNK = 2 ** 20;

export interface LogHeader {
  /** Kernel id of the source that answered; its bits are only those of the same id. */
  readonly kernel: string;
  /** Version of the program. */
  readonly version: string;
  /** What was asked, and of which data: must be the same to go on. */
  readonly job: unknown;
}

/** Where a payload stands in the file. */
interface Place {
  readonly at: number;
  readonly length: number;
}

export class ReplayLog {
  readonly header: LogHeader;
  readonly #path: string;
  readonly #descriptor: number;
  /** Of the replies that were there when the log was opened, in order. */
  readonly #places: readonly Place[];
  #size: number;
  #closed = false;

  private constructor(path: string, descriptor: number, header: LogHeader, places: readonly Place[], size: number) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.header = header;
    this.#places = places;
    this.#size = size;
  }

  /**
   * A new log. It appears with its header, whole, and is this writer's until it is closed.
   * @throws UsageError CHECKPOINT_EXISTS; FailureError CANNOT_WRITE
   */
  static create(path: string, header: LogHeader): ReplayLog {
    refuseExisting(path);
    const begun = `${path}.${randomBytes(4).toString('hex')}.partial`;
    const descriptor = attempt(path, () => openSync(begun, 'wx+', 0o600));
    const log = new ReplayLog(path, descriptor, header, [], 0);
    try {
      tryLock(descriptor);
      log.#write(MAGIC);
      log.append(Buffer.from(JSON.stringify(header)));
      placeNew(begun, path);
      return log;
    } catch (error) {
      log.close();
      throw error;
    } finally {
      rmSync(begun, { force: true });
    }
  }

  /**
   * An existing log, to be read and continued by this writer alone until it is closed; a torn last record is cut off.
   * @throws FailureError LOG_IN_USE; DataError LOG_CORRUPT, FILE_NOT_FOUND, FILE_NOT_READABLE
   */
  static open(path: string): ReplayLog {
    const descriptor = openExisting(path);
    try {
      // Before anything is cut off: what looks torn may be another writer's record on its way.
      if (!tryLock(descriptor)) throw new FailureError('LOG_IN_USE', `The log ${path} is being written by another run. Wait until that has ended, or end it; a run that was killed holds no log.`);
      const { header, places, size } = readLog(descriptor, path);
      ftruncateSync(descriptor, size);
      return new ReplayLog(path, descriptor, header, places, size);
    } catch (error) {
      release(descriptor);
      throw error;
    }
  }

  /**
   * The header of a log that may be in use; nothing is changed.
   * @throws DataError LOG_CORRUPT, FILE_NOT_FOUND, FILE_NOT_READABLE
   */
  static header(path: string): LogHeader {
    const descriptor = openExisting(path, 'r');
    try {
      return readLog(descriptor, path, 1).header;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Replies that were there when the log was opened. */
  get replies(): number {
    return this.#places.length;
  }

  /** Reply `index` of those, as it was appended. */
  reply(index: number): Uint8Array {
    const { at, length } = this.#places[index]!;
    return readBytes(this.#descriptor, this.#path, at, length);
  }

  /** @throws FailureError CANNOT_WRITE */
  append(payload: Uint8Array): void {
    if (this.#closed) throw new FailureError('CANNOT_WRITE', `The checkpoint ${this.#path} was closed before a reply came.`);
    const head = Buffer.alloc(RECORD_HEAD);
    head.writeUInt32LE(payload.byteLength, 0);
    head.writeUInt32LE(crc32(payload), 4);
    head.writeUInt32LE(crc32(head.subarray(0, 8)), 8);
    this.#write(Buffer.concat([head, payload]));
    attempt(this.#path, () => fsyncSync(this.#descriptor));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    release(this.#descriptor);
  }

  #write(bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.byteLength) done += attempt(this.#path, () => writeSync(this.#descriptor, bytes, done, bytes.byteLength - done, this.#size + done));
    this.#size += bytes.byteLength;
  }
}

/** @throws UsageError CHECKPOINT_EXISTS */
export function refuseExisting(path: string): void {
  if (existsSync(path)) throw new UsageError('CHECKPOINT_EXISTS', `The checkpoint ${path} exists already. Go on from it with scalemix resume ${path}, remove it, or give another name.`);
}

/** Gives a file its name unless that is taken, by a run that began meanwhile. @throws UsageError CHECKPOINT_EXISTS; FailureError CANNOT_WRITE */
function placeNew(begun: string, path: string): void {
  try {
    linkSync(begun, path);
  } catch (error) {
    refuseExisting(path);
    // File systems without links.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    attempt(path, () => renameSync(begun, path));
  }
}

function release(descriptor: number): void {
  unlock(descriptor);
  closeSync(descriptor);
}

/** What the file system refuses to write, in our terms. */
function attempt<Result>(path: string, write: () => Result): Result {
  try {
    return write();
  } catch (cause) {
    throw new FailureError('CANNOT_WRITE', `The checkpoint ${path} cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

function openExisting(path: string, flags: 'r' | 'r+' = 'r+'): number {
  try {
    return openSync(path, flags);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new DataError('FILE_NOT_FOUND', `There is no log ${path}. A log begins when the rows have been read: where there is none yet, start the job anew with its --checkpoint.`, { cause });
    throw new DataError('FILE_NOT_READABLE', `The log ${path} cannot be opened for reading${flags === 'r' ? '' : ' and writing'}: ${(cause as Error).message}.`, { cause });
  }
}

function corrupt(path: string, problem: string): DataError {
  return new DataError('LOG_CORRUPT', `The log ${path} ${problem}. Start the job anew without it.`);
}

function readBytes(descriptor: number, path: string, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(descriptor, bytes, done, length - done, at + done);
    if (count === 0) throw corrupt(path, 'ends while it is read');
    done += count;
  }
  return bytes;
}

/** @param most records that are read, the header included */
function readLog(descriptor: number, path: string, most = Infinity): { header: LogHeader; places: Place[]; size: number } {
  const end = fstatSync(descriptor).size;
  const read = (at: number, length: number): Buffer => readBytes(descriptor, path, at, length);
  if (end < MAGIC.byteLength || !read(0, MAGIC.byteLength).equals(MAGIC)) throw corrupt(path, 'is not a log of this program');
  const places: Place[] = [];
  let header: LogHeader | null = null;
  let at = MAGIC.byteLength;
  for (let records = 0; records < most && at + RECORD_HEAD <= end; records++) {
    const head = read(at, RECORD_HEAD);
    if (crc32(head.subarray(0, 8)) !== head.readUInt32LE(8)) {
      // Where a crash left a hole, the rest of the file reads as zeros.
      if (isZero(descriptor, path, at, end)) break;
      throw corrupt(path, `is damaged ${at} bytes from its start`);
    }
    const length = head.readUInt32LE(0);
    const next = at + RECORD_HEAD + length;
    if (header === null ? length > MOST_HEADER : length < LEAST_REPLY || length > MOST_REPLY) throw corrupt(path, `has a record of ${length} bytes, ${at} bytes from its start, which no record has`);
    if (next > end) break;
    if (checksum(descriptor, path, at + RECORD_HEAD, next) !== head.readUInt32LE(4)) {
      if (next === end) break;
      throw corrupt(path, `is damaged ${at} bytes from its start`);
    }
    if (header === null) header = headerOf(read(at + RECORD_HEAD, length), path);
    else places.push({ at: at + RECORD_HEAD, length });
    at = next;
  }
  if (header === null) throw corrupt(path, 'has no header');
  return { header, places, size: at };
}

/** CRC-32 of the bytes from `from` to `end`; memory: one chunk. */
function checksum(descriptor: number, path: string, from: number, end: number): number {
  let sum = 0;
  for (let at = from; at < end; at += CHUNK) sum = crc32(readBytes(descriptor, path, at, Math.min(CHUNK, end - at)), sum);
  return sum;
}

function isZero(descriptor: number, path: string, from: number, end: number): boolean {
  const zeros = Buffer.alloc(CHUNK);
  for (let at = from; at < end; at += CHUNK) {
    const bytes = readBytes(descriptor, path, at, Math.min(CHUNK, end - at));
    if (!bytes.equals(zeros.subarray(0, bytes.length))) return false;
  }
  return true;
}

function headerOf(payload: Uint8Array, path: string): LogHeader {
  let header: Partial<LogHeader> | null;
  try {
    header = JSON.parse(Buffer.from(payload).toString('utf8')) as Partial<LogHeader> | null;
  } catch {
    throw corrupt(path, 'has a header that is not JSON');
  }
  if (typeof header?.kernel !== 'string' || typeof header.version !== 'string') throw corrupt(path, 'has a header without kernel and version');
  return { kernel: header.kernel, version: header.version, job: header.job };
}
