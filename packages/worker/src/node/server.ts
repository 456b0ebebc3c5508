/**
 * The node: holds blocks of rows and answers subtrees of passes over gRPC. The
 * main thread does nothing but messages; its threads compute. It serves one
 * coordinator, as long as the lease is renewed.
 */
import { statSync } from 'node:fs';
import { Server, ServerInterceptingCall, logVerbosity, setLogVerbosity, status } from '@grpc/grpc-js';
import type { ServerInterceptor, ServerReadableStream, ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import { DataError, FailureError, UsageError, chooseKernels } from '@scalemix/core';
import { HealthImplementation } from 'grpc-health-check';
import { addressText } from './address.ts';
import type { Address } from './address.ts';
import { NodeCounters } from './counters.ts';
import { plainText, statusOf } from './errors.ts';
import { widenWindows } from './flowControl.ts';
import { watchHandshakes } from './handshakes.ts';
import { Lease } from './lease.ts';
import { LocalFiles } from './localFiles.ts';
import { readLocal, scanLocal } from './localTable.ts';
import type { scalemix } from './protocol/node.js';
import { encodeReply } from './protocol/replies.ts';
import { decodeRequest } from './protocol/requests.ts';
import { blockCount, shapeOf } from './protocol/shape.ts';
import { bytesOf } from './protocol/vectors.ts';
import { BlockReceiver } from './receive.ts';
import { checkReach, serverCredentials, tokenTest } from './security.ts';
import type { Security } from './security.ts';
import { LARGEST_REQUEST, PROTOCOL, SERVICE_PATH, nodeService } from './service.ts';
import { Session, checkSameKernel } from './session.ts';
import type { SessionOptions } from './session.ts';
import { computeSubtrees, treeNodes } from './subtrees.ts';

export interface NodeOptions extends SessionOptions {
  /** The folder that the node reads files under. @default none */
  readonly dataRoot?: string | undefined;
  /** Port 0 picks one. */
  readonly listen: Address;
  readonly security: Security;
  /** Milliseconds that a coordinator is waited for. @default 30,000 */
  readonly lease?: number;
  /** Milliseconds that rows stay after that. @default 600,000 */
  readonly keep?: number;
  /** The clock of lease and keeping, in milliseconds. @default performance.now */
  readonly now?: () => number;
  /** Told what happens, in words. */
  readonly onNote?: (note: string) => void;
}

/** Milliseconds between looks at the lease. */
const LOOK = 1000;

export class NodeServer {
  readonly counters = new NodeCounters();
  readonly #options: NodeOptions;
  readonly #server: Server;
  readonly #health = new HealthImplementation({ '': 'SERVING', 'scalemix.Node': 'SERVING' });
  readonly #lease: Lease;
  readonly #timer: NodeJS.Timeout;
  /** Passes and reads of files at work. */
  readonly #running = new Set<AbortController>();
  readonly #files: LocalFiles;
  #session: Session | null = null;
  /** Whether the session is that of the coordinator that holds the lease, not of an earlier one. */
  #owned = false;
  #address: Address | null = null;
  #leaving = false;
  #unwatch = (): void => {};

  private constructor(options: NodeOptions) {
    this.#options = options;
    this.#files = new LocalFiles(options.dataRoot, options);
    this.#lease = new Lease(options.lease ?? 30_000, options.now);
    this.#server = new Server({
      'grpc.max_receive_message_length': LARGEST_REQUEST,
      'grpc.max_send_message_length': -1,
      // A coordinator that is cut off: what it asked for is given up.
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 10_000,
      interceptors: [this.#guard()],
    });
    this.#server.addService(nodeService, {
      describe: this.#unary((request) => this.#describe(request)),
      attach: this.#unary((request) => this.#attach(request)),
      heartbeat: this.#unary((request) => this.#heartbeat(request)),
      inspect: this.#unary((request) => this.#inspect(request)),
      scan: this.#unary((request: scalemix.ScanRequest, cancelled) => this.#scan(request, cancelled)),
      open: this.#unary((request) => this.#open(request)),
      push: (call: ServerReadableStream<scalemix.BlockPiece, scalemix.LoadReply.$Properties>, done: sendUnaryData<scalemix.LoadReply.$Properties>) => this.#push(call, done),
      read: this.#unary((request: scalemix.ReadRequest, cancelled) => this.#read(request, cancelled)),
      compute: (call: ServerWritableStream<scalemix.ComputeRequest, scalemix.ComputeReply.$Properties>) => void this.#compute(call),
      release: this.#unary((request) => this.#release(request)),
    });
    this.#health.addToServer(this.#server);
    this.#timer = setInterval(() => this.#look(), LOOK);
    this.#timer.unref();
  }

  /** @throws UsageError TLS_REQUIRED, BAD_TLS, BAD_DATA_ROOT; FailureError CANNOT_LISTEN */
  static async start(options: NodeOptions): Promise<NodeServer> {
    checkReach(options.listen.host, options.security);
    checkDataRoot(options.dataRoot);
    widenWindows(SERVICE_PATH);
    // What is wrong is said in our own words; its variable still asks the library for its own.
    if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE);
    const credentials = serverCredentials(options.security);
    const node = new NodeServer(options);
    try {
      const port = await new Promise<number>((resolve, reject) => {
        node.#server.bindAsync(addressText(options.listen), credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
      });
      node.#address = { host: options.listen.host, port };
      node.#unwatch = watchHandshakes(port, (what) => node.#note(what));
      return node;
    } catch (cause) {
      await node.stop(0);
      throw new FailureError('CANNOT_LISTEN', `The node cannot listen on ${addressText(options.listen)}: ${(cause as Error).message}. Give another --listen.`, { cause });
    }
  }

  get address(): Address {
    return this.#address!;
  }

  /** What is held, and how many passes and reads of files are at work. */
  get state(): { readonly leased: boolean; readonly leaving: boolean; readonly working: number; readonly blocks: number; readonly memory: number; readonly spilled: number } {
    const held = this.#session?.held ?? null;
    return { leased: this.#lease.overdue < 0, leaving: this.#leaving, working: this.#running.size, blocks: held?.hashes.size ?? 0, ...(held?.bytes ?? { memory: 0, spilled: 0 }) };
  }

  /**
   * Takes nothing new, finishes what is being computed, and ends.
   * @param patience milliseconds that finishing may take
   */
  async stop(patience = 10_000): Promise<void> {
    this.#leaving = true;
    clearInterval(this.#timer);
    this.#unwatch();
    for (const name of ['', 'scalemix.Node']) this.#health.setStatus(name, 'NOT_SERVING');
    const until = performance.now() + patience;
    while (this.#running.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const controller of this.#running) controller.abort(leaving());
    const shut = new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    await Promise.race([shut, new Promise((resolve) => setTimeout(resolve, 300).unref())]);
    this.#server.forceShutdown();
    await this.#session?.close();
    this.#session = null;
    await this.#files.close();
  }

  /** Refuses a call without the token before its message is read. */
  #guard(): ServerInterceptor {
    const knows = tokenTest(this.#options.security);
    return (_method, call) =>
      new ServerInterceptingCall(call, {
        start: (next) => {
          next({
            onReceiveMetadata: (metadata, proceed) => {
              if (knows(metadata)) return proceed(metadata);
              const error = new FailureError('WRONG_TOKEN', 'The node knows another token, or got none. All programs of a cluster need the same --token-file.');
              this.#note(`A call from ${call.getPeer()} was refused. ${error.message}`);
              call.sendStatus(statusOf(error, status.UNAUTHENTICATED));
            },
          });
        },
      });
  }

  /** @param answer `cancelled` is aborted when nobody waits for it any more */
  #unary<Asked, Answer>(answer: (request: Asked, cancelled: AbortSignal) => Answer | Promise<Answer>) {
    return (call: ServerUnaryCall<Asked, Answer>, done: sendUnaryData<Answer>): void => {
      const cancelled = new AbortController();
      call.on('cancelled', () => cancelled.abort(new Error('The call was cancelled.')));
      void (async () => {
        try {
          done(null, await answer(call.request, cancelled.signal));
        } catch (error) {
          if (!cancelled.signal.aborted) this.#refuse(error);
          done(statusOf(error));
        }
      })();
    };
  }

  #refuse(error: unknown): void {
    this.#note(error instanceof Error ? error.message : String(error));
  }

  /** Of a call or a connection that is refused. */
  #note(what: string): void {
    this.counters.refused++;
    // It holds words of the other side, and a note is one line.
    this.#options.onNote?.(plainText(what).replaceAll(/\s*\n\s*/g, ' | '));
  }

  #describe({ protocol, kernel, precision }: scalemix.DescribeRequest): scalemix.DescribeReply.$Properties {
    if (this.#leaving) throw leaving();
    checkProtocol(protocol);
    if (precision !== 'f64' && precision !== 'f32') throw new DataError('BAD_MESSAGE', 'A message to describe the node names no precision.');
    const { threads, memoryLimit: memory, kernel: family } = this.#options;
    checkSameKernel(chooseKernels({ family, precision }), kernel);
    return { threads, memory, busy: this.#lease.overdue < 0 };
  }

  async #attach(request: scalemix.AttachRequest): Promise<scalemix.AttachReply.$Properties> {
    if (this.#leaving) throw leaving();
    const { protocol, coordinator, data, kernel, precision } = request;
    checkProtocol(protocol);
    if (coordinator === '' || (precision !== 'f64' && precision !== 'f32')) throw new DataError('BAD_MESSAGE', 'A message to attach names no coordinator or precision.');
    const isAnother = this.#lease.take(coordinator);
    try {
      if (isAnother) await this.#dismiss();
      if (this.#leaving) throw leaving();
      const before = this.#session;
      // Rows that are held stay until it is known which are asked for.
      if (data === '') checkSameKernel(chooseKernels({ family: this.#options.kernel, precision }), kernel);
      else if (before !== null && before.data === data && before.precision === precision) before.checkKernel(kernel);
      else {
        // Who is refused for its kernel leaves the rows of another where they are.
        this.#session = new Session(data, precision, kernel, this.#options);
        await before?.close();
      }
      this.#owned = data !== '';
    } catch (error) {
      this.#lease.release();
      throw error;
    }
    this.#options.onNote?.('A coordinator attached.');
    return { threads: this.#options.threads, memory: this.#options.memoryLimit, lease: this.#lease.duration / 1000 };
  }

  /** What was begun for an earlier coordinator ends; files are opened anew, as they may have changed. */
  async #dismiss(): Promise<void> {
    for (const controller of this.#running) controller.abort(new FailureError('LEASE_LOST', 'Another coordinator came.'));
    await this.#files.close();
  }

  #heartbeat({ coordinator }: scalemix.LeaseRequest): scalemix.HeartbeatReply.$Properties {
    this.#lease.renew(coordinator);
    return { leaving: this.#leaving };
  }

  #open({ coordinator, shape }: scalemix.OpenRequest): scalemix.OpenReply.$Properties {
    const { hashes } = this.#sessionOf(coordinator).open(shapeOf(shape));
    return { blocks: bytesOf(Uint32Array.from(hashes.keys())), hashes: Buffer.concat([...hashes.values()]) };
  }

  #push(call: ServerReadableStream<scalemix.BlockPiece, scalemix.LoadReply.$Properties>, done: sendUnaryData<scalemix.LoadReply.$Properties>): void {
    let receiver: BlockReceiver | null = null;
    let ended = false;
    const end = (error: unknown): void => {
      if (ended) return;
      ended = true;
      if (error === null) return done(null, { blocks: receiver?.blocks ?? 0 });
      this.#refuse(error);
      done(statusOf(error));
    };
    call.on('data', (piece: scalemix.BlockPiece) => {
      if (ended) return;
      try {
        const { rows } = this.#sessionOf(piece.coordinator);
        receiver ??= new BlockReceiver(rows);
        this.counters.bytesReceived += piece.bytes.byteLength;
        if (receiver.take(piece)) this.counters.blocksReceived++;
      } catch (error) {
        end(error);
      }
    });
    call.on('end', () => {
      if (receiver?.within === true) end(new DataError('BAD_MESSAGE', 'A block ended before all its bytes came.'));
      else end(null);
    });
    call.on('error', (error) => end(error));
  }

  async #inspect({ coordinator, files }: scalemix.InspectRequest): Promise<scalemix.InspectReply.$Properties> {
    this.#lease.renew(coordinator);
    return { found: JSON.stringify(await this.#files.inspect(files)) };
  }

  async #scan({ coordinator, table, first, end, centres }: scalemix.ScanRequest, cancelled: AbortSignal): Promise<scalemix.ScanReply.$Properties> {
    this.#lease.renew(coordinator);
    return this.#reading(cancelled, async (signal) => scanLocal(await this.#files.table(table), { first, end }, centres, signal));
  }

  /** Files are read until the work is done or nobody waits for it, the lease is lost or the node ends. */
  async #reading<Answer>(cancelled: AbortSignal, work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    if (this.#leaving) throw leaving();
    const controller = new AbortController();
    this.#running.add(controller);
    try {
      return await work(AbortSignal.any([controller.signal, cancelled]));
    } finally {
      this.#running.delete(controller);
    }
  }

  async #read({ coordinator, table, first, hashes, scanned }: scalemix.ReadRequest, cancelled: AbortSignal): Promise<scalemix.LoadReply.$Properties> {
    const { rows } = this.#sessionOf(coordinator);
    const count = hashes.byteLength / 32;
    if (!Number.isInteger(count) || count < 1 || first + count > blockCount(rows.shape)) throw new DataError('BAD_MESSAGE', `A message asks to read ${count} blocks from block ${first} on; there are ${blockCount(rows.shape)}.`);
    const wanted = Array.from({ length: count }, (_, i) => Uint8Array.from(hashes.subarray(32 * i, 32 * i + 32)));
    await this.#reading(cancelled, async (signal) => readLocal(await this.#files.table(table), rows, { first, hashes: wanted, scanned }, signal));
    return { blocks: count };
  }

  async #compute(call: ServerWritableStream<scalemix.ComputeRequest, scalemix.ComputeReply.$Properties>): Promise<void> {
    const controller = new AbortController();
    call.on('cancelled', () => controller.abort(new Error('The call was cancelled.')));
    const began = performance.now();
    this.#running.add(controller);
    try {
      if (this.#leaving) throw leaving();
      const { coordinator, request: bytes, nodes } = call.request;
      const session = this.#sessionOf(coordinator);
      const request = decodeRequest(bytes, session.rows.shape.features.count);
      const subtrees = treeNodes(nodes, session.rows);
      this.counters.passes++;
      await computeSubtrees({
        pool: session.pool,
        rows: session.rows.handle,
        choices: session.rows.choices,
        request,
        nodes: subtrees,
        signal: controller.signal,
        onAnswer: (node, reply) => {
          const message = reply instanceof Float64Array ? { node, statistic: bytesOf(reply) } : { node, rows: encodeReply(reply) };
          this.counters.subtrees++;
          this.counters.bytesSent += (message.statistic ?? message.rows).byteLength;
          call.write(message);
        },
      });
      call.end();
    } catch (error) {
      if (!call.cancelled) {
        this.#refuse(error);
        call.emit('error', statusOf(error));
      }
    } finally {
      this.#running.delete(controller);
      this.counters.computeSeconds += (performance.now() - began) / 1000;
    }
  }

  async #release({ coordinator }: scalemix.LeaseRequest): Promise<scalemix.ReleaseReply.$Properties> {
    this.#lease.renew(coordinator);
    // What an earlier coordinator left stays for it.
    const session = this.#owned ? this.#session : null;
    if (this.#owned) this.#session = null;
    this.#lease.release();
    for (const controller of this.#running) controller.abort(new FailureError('LEASE_LOST', 'The coordinator released the node.'));
    await session?.close();
    await this.#files.close();
    this.#options.onNote?.('The coordinator released the node.');
    return {};
  }

  /** @throws FailureError LEASE_LOST, ROWS_ABSENT */
  #sessionOf(coordinator: string): Session {
    this.#lease.renew(coordinator);
    if (this.#session === null) throw new FailureError('LEASE_LOST', 'The node was released. The coordinator must attach again.');
    if (!this.#owned) throw new FailureError('ROWS_ABSENT', 'The node has not been told which rows the job is about.');
    return this.#session;
  }

  /** Rows and files of a coordinator that has not come back go. */
  #look(): void {
    const session = this.#session;
    if ((session === null && !this.#files.open) || this.#lease.overdue < (this.#options.keep ?? 600_000)) return;
    this.#session = null;
    this.#lease.release();
    for (const controller of this.#running) controller.abort(new FailureError('LEASE_LOST', 'Nothing was heard of the coordinator.'));
    this.#options.onNote?.('Nothing was heard of the coordinator; its rows were let go.');
    // What cannot be closed ends with the process.
    void Promise.allSettled([session?.close(), this.#files.close()]);
  }
}

function checkDataRoot(folder: string | undefined): void {
  if (folder !== undefined && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw new UsageError('BAD_DATA_ROOT', `--data-root ${folder} is no folder of this machine. Give one that is, or leave it out: the node is then sent its rows.`);
}

function checkProtocol(protocol: number): void {
  if (protocol !== PROTOCOL) throw new DataError('PROTOCOL_MISMATCH', `The node speaks protocol ${PROTOCOL}, the coordinator ${protocol}. Use the same version of scalemix on all machines.`);
}

function leaving(): FailureError {
  return new FailureError('NODE_LEAVING', 'The node is ending and takes nothing new.');
}
