/** The calls a node answers, as gRPC knows them: paths, and how messages become bytes. */
import { scalemix } from './protocol/node.js';

/** Both sides must speak the same. */
export const PROTOCOL = 2;

/** Where the calls are. */
export const SERVICE_PATH = '/scalemix.Node/';

/** The largest message a node takes: pieces of blocks are small; what is large is a request of many columns and features. */
export const LARGEST_REQUEST = 2 ** 28;

/** Bytes of a block that travel in one message. */
export const PIECE_BYTES = 2 ** 21;

interface Codec<Properties, Message> {
  encode(message: Properties): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

function codec<Properties, Message>({ encode, decode }: Codec<Properties, Message>) {
  const write = (message: Properties): Buffer => {
    const bytes = encode(message).finish();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  return { write, read: (bytes: Buffer): Message => decode(bytes) };
}

function call<Asked, AskedRead, Answer, AnswerRead>(name: string, request: Codec<Asked, AskedRead>, reply: Codec<Answer, AnswerRead>, requestStream = false, responseStream = false) {
  const asked = codec(request);
  const answered = codec(reply);
  return {
    path: `${SERVICE_PATH}${name}`,
    requestStream,
    responseStream,
    requestSerialize: asked.write,
    requestDeserialize: asked.read,
    responseSerialize: answered.write,
    responseDeserialize: answered.read,
  };
}

export const nodeService = {
  describe: call('Describe', scalemix.DescribeRequest, scalemix.DescribeReply),
  attach: call('Attach', scalemix.AttachRequest, scalemix.AttachReply),
  heartbeat: call('Heartbeat', scalemix.LeaseRequest, scalemix.HeartbeatReply),
  inspect: call('Inspect', scalemix.InspectRequest, scalemix.InspectReply),
  scan: call('Scan', scalemix.ScanRequest, scalemix.ScanReply),
  open: call('Open', scalemix.OpenRequest, scalemix.OpenReply),
  push: call('Push', scalemix.BlockPiece, scalemix.LoadReply, true, false),
  read: call('Read', scalemix.ReadRequest, scalemix.LoadReply),
  compute: call('Compute', scalemix.ComputeRequest, scalemix.ComputeReply, false, true),
  release: call('Release', scalemix.LeaseRequest, scalemix.ReleaseReply),
};
