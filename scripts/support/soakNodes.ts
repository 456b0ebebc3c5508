/** Nodes of a soak: workers of their own, each behind a link that can be cut. Those that nothing happened to serve the next schedule too. */
import { writeFileSync } from 'node:fs';
import { linkTo } from '../../tests/support/cutLink.ts';
import type { Link } from '../../tests/support/cutLink.ts';
import { killWorkers, startWorker } from '../../tests/support/nodes.ts';
import type { WorkerProcess } from '../../tests/support/nodes.ts';
import type { Fault } from './faults.ts';

interface SoakNode {
  readonly worker: WorkerProcess;
  readonly link: Link;
  hurt: boolean;
}

export class SoakNodes {
  readonly #file: string;
  #idle: SoakNode[] = [];
  #used: SoakNode[] = [];
  readonly #starting = new Set<Promise<SoakNode>>();
  /** Of the schedule that the nodes serve now. */
  #schedule = 0;

  /** @param file the addresses of a schedule's nodes, for --cluster @FILE */
  constructor(file: string) {
    this.#file = file;
  }

  async take(count: number): Promise<void> {
    while (this.#used.length < count) this.#used.push(this.#idle.pop() ?? (await this.#start()));
    this.#list();
  }

  get schedule(): number {
    return this.#schedule;
  }

  /** Everything but the end of the coordinator. What comes when its schedule is over does nothing. */
  async hurt({ kind, node, lasts }: Fault, schedule: number): Promise<void> {
    if (schedule !== this.#schedule) return;
    if (kind === 'join') {
      const joining = await this.#start();
      if (schedule !== this.#schedule) return void this.#idle.push(joining);
      this.#used.push(joining);
      return this.#list();
    }
    const found = this.#used[node];
    if (found === undefined) return;
    found.hurt = true;
    const { child } = found.worker;
    if (kind === 'cut') found.link.cut();
    else child.kill(kind === 'kill' ? 'SIGKILL' : kind === 'leave' ? 'SIGTERM' : 'SIGSTOP');
    if (kind === 'hang' && lasts !== null) setTimeout(() => child.kill('SIGCONT'), lasts).unref();
  }

  /** @param all whether a coordinator was lost, whose nodes wait for it to come back */
  async release(all: boolean): Promise<void> {
    this.#schedule++;
    const gone = this.#used.filter(({ hurt, worker }) => all || hurt || worker.child.exitCode !== null);
    this.#idle.push(...this.#used.filter((node) => !gone.includes(node)));
    this.#used = [];
    await end(gone);
  }

  async end(): Promise<void> {
    this.#schedule++;
    await Promise.allSettled(this.#starting);
    await end([...this.#idle, ...this.#used]);
  }

  async #start(): Promise<SoakNode> {
    const starting = start();
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  #list(): void {
    writeFileSync(this.#file, this.#used.map(({ link }) => `${link.address}\n`).join(''));
  }
}

async function start(): Promise<SoakNode> {
  const worker = await startWorker(['--quiet']);
  return { worker, link: await linkTo(worker.address), hurt: false };
}

async function end(nodes: readonly SoakNode[]): Promise<void> {
  await killWorkers(nodes.map(({ worker }) => worker));
  for (const { link } of nodes) link.close();
}
