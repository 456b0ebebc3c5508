/**
 * TLS connections that come to nothing. gRPC is told of a connection when it stands, so that whoever shows no
 * certificate, or one that is not accepted, would leave no trace on the node.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { Server } from 'node:tls';
import type { TLSSocket } from 'node:tls';

const CHANNEL = 'net.server.socket';

/**
 * Watches connections to a port of this process.
 * @param onFailure told who called and what was wrong, in words
 * @returns ends it
 */
export function watchHandshakes(port: number, onFailure: (what: string) => void): () => void {
  const watched = new WeakSet<Server>();
  const onFailed = (error: Error, socket: TLSSocket): void => onFailure(`A connection${socket.remoteAddress === undefined ? '' : ` from ${socket.remoteAddress}`} came to nothing: ${reasonOf(error, socket)}.`);
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket & { readonly server?: unknown } };
    const { server, localPort } = socket;
    if (localPort !== port || !(server instanceof Server) || watched.has(server)) return;
    watched.add(server);
    server.on('tlsClientError', onFailed);
  };
  subscribe(CHANNEL, onSocket);
  return () => void unsubscribe(CHANNEL, onSocket);
}

function reasonOf({ message }: Error, socket: TLSSocket): string {
  // Typed as an error, it is the code of one.
  const code = socket.authorizationError as unknown;
  if (typeof code === 'string') return `its certificate, or the lack of one, is not accepted (${code}). It must come from the CA in --tls-ca, be a coordinator's and be valid today`;
  if (/hang up|reset/i.test(message)) return `the other side closed it before TLS was agreed on. It may not accept the certificate of this node (--tls-cert)`;
  return `TLS could not be agreed on (${message}). Both sides must use TLS, with certificates of one CA`;
}
