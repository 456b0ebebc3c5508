import { createServer } from 'node:net';
import process from 'node:process';

/** Below the ports that systems give to whoever asks for any, so that nobody is given one of these before it is used. */
const FIRST = 20_000;
const COUNT = 10_000;
let next = (process.pid * 37) % COUNT;

/** Ports that nobody listens on now, at any address; every call gives others. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tried = 0; ports.length < count && tried < COUNT; tried++) {
    const port = FIRST + (next++ % COUNT);
    if (await isFree(port)) ports.push(port);
  }
  if (ports.length < count) throw new Error(`There are no ${count} free ports from ${FIRST} on.`);
  return ports;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
