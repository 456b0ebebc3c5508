/** A node whose answers are changed on their way: what stands between it and the coordinator passes everything on as bytes. */
import { Client, Metadata, Server, ServerCredentials, credentials } from '@grpc/grpc-js';
import type { ServerReadableStream, ServerUnaryCall, ServerWritableStream, ServiceDefinition, ServiceError, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js';
import { nodeService } from '@scalemix/worker';

export type CallName = keyof typeof nodeService;

export interface LyingNode {
  readonly address: string;
  close(): void;
}

const same = (bytes: Buffer): Buffer => bytes;

/** @param lie what is answered in the place of an answer's bytes */
export async function startLyingNode(honest: string, lie: (call: CallName, answer: Buffer) => Buffer): Promise<LyingNode> {
  const client = new Client(honest, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1, 'grpc.use_local_subchannel_pool': 1 });
  const definition: Record<string, unknown> = {};
  const handlers: UntypedServiceImplementation = {};
  for (const name of Object.keys(nodeService) as CallName[]) {
    const { path, requestStream, responseStream } = nodeService[name];
    definition[name] = { path, requestStream, responseStream, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
    const metadataOf = (metadata: Metadata): Metadata => {
      const passed = new Metadata();
      for (const value of metadata.get('authorization')) passed.set('authorization', value);
      return passed;
    };
    const answered = (done: sendUnaryData<Buffer>) => (error: ServiceError | null, answer?: Buffer) => (error === null ? done(null, lie(name, answer!)) : done(error));
    if (responseStream) {
      handlers[name] = (call: ServerWritableStream<Buffer, Buffer>) => {
        const asked = client.makeServerStreamRequest(path, same, same, call.request, metadataOf(call.metadata));
        asked.on('data', (answer: Buffer) => call.write(lie(name, answer))).on('end', () => call.end()).on('error', (error) => call.emit('error', error));
        call.on('cancelled', () => asked.cancel());
      };
    } else if (requestStream) {
      handlers[name] = (call: ServerReadableStream<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        const asked = client.makeClientStreamRequest(path, same, same, metadataOf(call.metadata), answered(done));
        call.on('data', (piece: Buffer) => asked.write(piece)).on('end', () => asked.end()).on('cancelled', () => asked.cancel());
      };
    } else {
      handlers[name] = (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        const asked = client.makeUnaryRequest(path, same, same, call.request, metadataOf(call.metadata), answered(done));
        call.on('cancelled', () => asked.cancel());
      };
    }
  }
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  server.addService(definition as unknown as ServiceDefinition, handlers);
  const port = await new Promise<number>((resolve, reject) => server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error))));
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      server.forceShutdown();
      client.close();
    },
  };
}
