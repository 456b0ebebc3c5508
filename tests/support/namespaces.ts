/** Network namespaces of Linux, each joined to this one by a cable of its own: machines of a cluster, as far as the network goes. */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { atExit } from './atExit.ts';

export const NAMESPACE_NEEDS = [
  { file: 'ip', packages: 'iproute2' },
  { file: 'nsenter', packages: 'util-linux' },
] as const;

export interface Namespace {
  /** Its address, as seen from here. */
  readonly address: string;
  /** Words that run what follows in it. */
  readonly enter: readonly string[];
  /** The link goes down: what is sent from now on is lost, and nobody is told. */
  cut(): void;
  /** Removes the namespace and the cable. */
  remove(): void;
}

const ip = (...words: string[]): void => void execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 10_000 });

let made = 0;

/** @throws Error where this process may not make one */
export function makeNamespace(): Namespace {
  const number = made++;
  const name = `smx${process.pid}n${number}`;
  const [here, there] = [`${name}a`, `${name}b`];
  // Of the block that is set apart for tests of networks; a subnet of four addresses each.
  const subnet = `198.18.${process.pid % 256}.`;
  const address = `${subnet}${4 * number + 2}`;
  const remove = (): void => {
    // What runs there keeps the namespace; the cable must go all the same.
    for (const words of [['link', 'del', here], ['netns', 'del', name]]) {
      try {
        ip(...words);
      } catch {
        // It was not made, or is gone.
      }
    }
    forget();
  };
  const forget = atExit(remove);
  try {
    ip('netns', 'add', name);
    ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
    ip('addr', 'add', `${subnet}${4 * number + 1}/30`, 'dev', here);
    ip('link', 'set', here, 'up');
    ip('-n', name, 'addr', 'add', `${address}/30`, 'dev', there);
    ip('-n', name, 'link', 'set', there, 'up');
  } catch (error) {
    remove();
    throw error;
  }
  return { address, enter: ['nsenter', `--net=/run/netns/${name}`], cut: () => ip('link', 'set', here, 'down'), remove };
}

/** Why namespaces cannot be made here; null where they can. */
export function refusal(): string | null {
  if (process.getuid?.() !== 0) return 'only root may make them';
  try {
    makeNamespace().remove();
    return null;
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    return stderr?.toString().trim().split('\n')[0] || (error as Error).message;
  }
}
