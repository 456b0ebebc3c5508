/** The calls of one node, as promises. */
import { once } from 'node:events';
import { Client, status } from '@grpc/grpc-js';
import type { ClientOptions, Metadata, ServiceError } from '@grpc/grpc-js';
import { FailureError, ScalemixError } from '@scalemix/core';
import type { TreeNode } from '@scalemix/core';
import { FLOW_WINDOW, LARGEST_REQUEST, NODE_NAME, PIECE_BYTES, channelCredentials, checkReach, errorOf, nodeService, readAddress, tokenMetadata } from '@scalemix/worker';
import type { RowsShape, Security } from '@scalemix/worker';
import { shapeMessage } from '@scalemix/worker';

type Service = typeof nodeService;
type Asked<Name extends keyof Service> = Parameters<Service[Name]['requestSerialize']>[0];
type Answered<Name extends keyof Service> = ReturnType<Service[Name]['responseDeserialize']>;

/** Milliseconds that finding files may take: the footers and samples of thousands. */
const FINDING = 600_000;

/** Also what a node does that does not accept our certificate. */
const HANGS_UP = 'it ends every connection at once';
const TLS_HINT = " Maybe it does not accept the certificate in --tls-cert: that must be a coordinator's, of the CA that the node was started with; and both sides must use TLS or neither.";

/** A block to be sent. */
export interface SentBlock {
  readonly block: number;
  readonly rows: number;
  readonly entries: number;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** What a node answers for a subtree: a statistic's bytes, or those of gathered rows. */
export interface SubtreeAnswer {
  readonly node: TreeNode;
  readonly statistic: Uint8Array;
  readonly rows: Uint8Array;
}

export class NodeClient {
  readonly address: string;
  readonly #client: Client;
  readonly #metadata: Metadata;
  readonly #tls: boolean;
  /** Whether the node has answered: both sides then speak TLS, or neither does. */
  #heard = false;

  /**
   * @param keepalive milliseconds after which a silent connection counts as cut
   * @throws UsageError TLS_REQUIRED, BAD_ADDRESS
   */
  constructor(address: string, security: Security, keepalive: number) {
    // Also of an address that was found later.
    checkReach(readAddress(address).host, security);
    this.address = address;
    this.#tls = security.tls !== null;
    const options: ClientOptions = {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': LARGEST_REQUEST,
      // Large answers must not wait for a round trip every 64 KiB.
      'grpc-node.flow_control_window': FLOW_WINDOW,
      'grpc.keepalive_time_ms': keepalive,
      'grpc.keepalive_timeout_ms': keepalive,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 2000,
      'grpc.enable_retries': 0,
      // A connection of its own: it ends with the client.
      'grpc.use_local_subchannel_pool': 1,
      ...(this.#tls && { 'grpc.ssl_target_name_override': NODE_NAME, 'grpc.default_authority': NODE_NAME }),
    };
    this.#client = new Client(address, channelCredentials(security), options);
    this.#metadata = tokenMetadata(security);
  }

  async describe(request: Asked<'describe'>, patience: number): Promise<Answered<'describe'>> {
    return this.#sound(await this.#unary('describe', request, patience));
  }

  async attach(request: Asked<'attach'>, patience: number): Promise<Answered<'attach'>> {
    const answer = this.#sound(await this.#unary('attach', request, patience));
    if (!(answer.lease > 0 && answer.lease < Infinity)) throw badAnswer(this.address, `it gives a lease of ${answer.lease} s`);
    return answer;
  }

  heartbeat(coordinator: string, patience: number): Promise<Answered<'heartbeat'>> {
    return this.#unary('heartbeat', { coordinator }, patience);
  }

  open(coordinator: string, shape: RowsShape, patience: number): Promise<Answered<'open'>> {
    return this.#unary('open', { coordinator, shape: shapeMessage(shape) }, patience);
  }

  /** Finds files. */
  inspect(request: Asked<'inspect'>): Promise<Answered<'inspect'>> {
    return this.#unary('inspect', request, FINDING);
  }

  /** Has the node look at rows of its own files. */
  scan(request: Asked<'scan'>, signal: AbortSignal): Promise<Answered<'scan'>> {
    return this.#unary('scan', request, Infinity, signal);
  }

  async release(coordinator: string, patience: number): Promise<void> {
    await this.#unary('release', { coordinator }, patience);
  }

  /** Has the node read blocks from its own files. */
  async read(request: Asked<'read'>, signal: AbortSignal): Promise<void> {
    await this.#unary('read', request, Infinity, signal);
  }

  /** Sends blocks one after the other, as fast as the node takes them. */
  async push(coordinator: string, blocks: Iterable<SentBlock>, signal: AbortSignal): Promise<void> {
    const { path, requestSerialize, responseDeserialize } = nodeService.push;
    const ended = Promise.withResolvers<void>();
    const call = this.#client.makeClientStreamRequest(path, requestSerialize, responseDeserialize, this.#metadata, (error) => (error === null ? ended.resolve() : ended.reject(this.#explained(error))));
    ended.promise.catch(() => {});
    call.on('error', () => {});
    const cancel = (): void => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for (const { block, rows, entries, hash, bytes } of blocks) {
        for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
          signal.throwIfAborted();
          const piece = { coordinator, block, bytes: bytes.subarray(at, at + PIECE_BYTES), ...(at === 0 && { rows, entries, hash }) };
          // Once the call has ended nothing drains any more.
          if (!call.write(piece)) await Promise.race([once(call, 'drain', { signal }), ended.promise]);
        }
        // The event loop gets a turn: heartbeats must not wait for a long list of blocks.
        await new Promise((resolve) => setImmediate(resolve));
      }
      call.end();
      await ended.promise;
    } catch (error) {
      call.cancel();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** One answer for each node, in any order. */
  compute(request: Asked<'compute'>, onAnswer: (answer: SubtreeAnswer) => void, signal: AbortSignal): Promise<void> {
    const { path, requestSerialize, responseDeserialize } = nodeService.compute;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const call = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, this.#metadata);
      const cancel = (): void => {
        call.cancel();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', cancel, { once: true });
      const over = (settle: () => void): void => {
        signal.removeEventListener('abort', cancel);
        settle();
      };
      call.on('data', ({ node, statistic, rows }: Answered<'compute'>) => {
        if (signal.aborted) return;
        try {
          onAnswer({ node: { level: node?.level ?? 0, index: node?.index ?? 0 }, statistic, rows });
        } catch (error) {
          call.cancel();
          over(() => reject(error as Error));
        }
      });
      call.on('error', (error) => over(() => reject(this.#explained(error as ServiceError))));
      call.on('end', () => over(resolve));
    });
  }

  close(): void {
    this.#client.close();
  }

  #unary<Name extends 'describe' | 'attach' | 'heartbeat' | 'open' | 'read' | 'release' | 'inspect' | 'scan'>(name: Name, request: Asked<Name>, patience: number, signal?: AbortSignal): Promise<Answered<Name>> {
    const { path, requestSerialize, responseDeserialize } = nodeService[name];
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const options = patience === Infinity ? {} : { deadline: Date.now() + patience };
      const call = this.#client.makeUnaryRequest(path, requestSerialize as (value: Asked<Name>) => Buffer, responseDeserialize as (value: Buffer) => Answered<Name>, request, this.#metadata, options, (error, answer) => {
        signal?.removeEventListener('abort', cancel);
        if (error !== null) return reject(signal?.aborted === true ? (signal.reason as Error) : this.#explained(error));
        this.#heard = true;
        resolve(answer!);
      });
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Work is shared out by these numbers. */
  #sound<Answer extends { readonly threads: number; readonly memory: number }>(answer: Answer): Answer {
    const { threads, memory } = answer;
    if (!(threads >= 1 && memory >= 0 && memory < Infinity)) throw badAnswer(this.address, `it has ${threads} threads and ${memory} bytes of memory`);
    return answer;
  }

  /** What the node said, or what happened to the connection, in our terms. */
  #explained(error: ServiceError): Error {
    const said = errorOf(error);
    if (said instanceof ScalemixError) return new ScalemixError(said.kind, said.code, `Node ${this.address}: ${said.message}`);
    const details = plainDetails(error.details);
    if (error.code === status.RESOURCE_EXHAUSTED) return new FailureError('MESSAGE_TOO_LARGE', `A message to node ${this.address} is larger than ${LARGEST_REQUEST} bytes: so many values of lambda and features do not fit into one request. Give fewer --lambdas, or fewer columns. (${details})`, { cause: error });
    if (/certificate|self.signed|ssl|tls alert|handshake|altname|wrong version number/i.test(details)) {
      return new FailureError('TLS_FAILED', `No connection to node ${this.address}: its certificate or ours was not accepted (${details}). Both must come from the CA in --tls-ca, be valid today, and the node's must name ${NODE_NAME}; and both sides must use TLS or neither.`, { cause: error });
    }
    const hint = this.#heard ? '' : this.#tls ? (details === HANGS_UP ? TLS_HINT : '') : ' If it was started with --tls-cert, give --tls-ca, --tls-cert and --tls-key here too.';
    return new FailureError('NODE_UNREACHABLE', `Node ${this.address}: ${details || status[error.code]}.${hint}`, { cause: error });
  }
}

/** What the library says of a connection, without times: what is the same is said in the same words. */
function plainDetails(details: string): string {
  if (details.startsWith('Deadline exceeded')) return 'it did not answer in time';
  // The note on how the name was resolved is mostly empty.
  const plain = details.replace(/ *Resolution note: *$/, '').replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/, '').replace(/\.$/, '');
  return plain.replace(/^No connection established\. Last error: (Error: )?/, 'no connection: ').replace(/^no connection: Failed to connect$/, HANGS_UP);
}

/** The error for a node whose answers make no sense. */
export function badAnswer(address: string, problem: string, cause?: unknown): FailureError {
  return new FailureError('BAD_ANSWER', `Node ${address} answers what cannot be: ${problem}. Make sure that a worker of this version of scalemix listens there.`, { cause });
}
