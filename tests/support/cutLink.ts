/** A link that can be cut: a proxy that, once cut, swallows what comes and says nothing, as a dead network does. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface Link {
  readonly address: string;
  /** Bytes that have come from the other end. */
  readonly received: () => number;
  cut(): void;
  close(): void;
}

/** @param opening what is sent waits for it */
export async function linkTo(address: string, opening: Promise<void> = Promise.resolve()): Promise<Link> {
  const [host, port] = address.split(':') as [string, string];
  const sockets = new Set<Socket>();
  let isCut = false;
  let received = 0;
  const pipe = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('data', (bytes) => {
      void opening.then(() => isCut || to.write(bytes));
    });
    from.on('close', () => {
      if (!isCut) to.destroy();
    });
    from.on('error', () => {});
  };
  const server = createServer((near) => {
    if (isCut) return void sockets.add(near.on('error', () => {}));
    const far = connect(Number(port), host);
    far.on('data', (bytes) => (received += bytes.length));
    pipe(near, far);
    pipe(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    cut: () => {
      isCut = true;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
