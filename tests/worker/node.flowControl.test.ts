import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { FLOW_WINDOW } from '@scalemix/worker';
import { startNode } from '../support/nodes.ts';

/** The windows that the other side grants once it has answered a call: of a stream, and of the connection. */
async function windowsOf(session: ClientHttp2Session, path: string): Promise<{ stream: number; connection: number }> {
  const request = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' });
  request.on('error', () => {});
  request.resume();
  request.end();
  await once(request, 'close');
  // What was granted has come when the answer to a ping has.
  await new Promise<void>((resolve, reject) => session.ping((error) => (error === null ? resolve() : reject(error))));
  return { stream: session.remoteSettings.initialWindowSize ?? 0, connection: session.state.remoteWindowSize ?? 0 };
}

test('a node lets megabytes be on their way to it, on connections of its own service alone', async (t) => {
  const node = await startNode();
  const other = createServer((_request, response) => response.end());
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const sessions = [node.address.port, (other.address() as AddressInfo).port].map((port) => connect(`http://127.0.0.1:${port}`));
  try {
    t.deepEqual(await windowsOf(sessions[0]!, '/scalemix.Node/Heartbeat'), { stream: FLOW_WINDOW, connection: FLOW_WINDOW });
    const { stream, connection } = await windowsOf(sessions[1]!, '/other');
    t.true(stream < FLOW_WINDOW && connection < FLOW_WINDOW);
  } finally {
    for (const session of sessions) session.destroy();
    other.close();
    await node.stop(0);
  }
});
