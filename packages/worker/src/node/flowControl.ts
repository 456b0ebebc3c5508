/**
 * How much may be on its way to a node before it says that it has taken it. HTTP/2 begins with 64 KiB, which for blocks
 * of rows is a round trip every 64 KiB. gRPC has an option for the side that calls; for the side that answers the
 * window is widened here, as soon as the first call of a connection is announced.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** Bytes on their way in one direction of a connection, and in one stream of it. */
export const FLOW_WINDOW = 2 ** 23;

const widened = new WeakSet<ServerHttp2Session>();
let listening = false;

/** Widens the windows of connections that call the service at `prefix`. Once a process; others' connections stay as they are. */
export function widenWindows(prefix: string): void {
  if (listening) return;
  listening = true;
  subscribe('http2.server.stream.start', (message) => {
    const { stream, headers } = message as { readonly stream: ServerHttp2Stream; readonly headers: { readonly ':path'?: string } };
    const { session } = stream;
    if (headers[':path']?.startsWith(prefix) !== true || session === undefined || widened.has(session as ServerHttp2Session)) return;
    widened.add(session as ServerHttp2Session);
    (session as ServerHttp2Session).setLocalWindowSize(FLOW_WINDOW);
    session.settings({ initialWindowSize: FLOW_WINDOW });
  });
}
