export { decodeRequest, encodeRequest } from './protocol/requests.ts';
export type { RowRequest } from './protocol/requests.ts';
export { decodeLogged, decodeReply, encodeLogged, encodeReply, replyOf } from './protocol/replies.ts';
export type { ReplyShape, RowReply } from './protocol/replies.ts';
