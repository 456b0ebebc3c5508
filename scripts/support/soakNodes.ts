/** Nodes of a soak: workers of their own with a data root of their own, each behind a link that can be cut. Those that nothing happened to serve the next schedule too. */
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, readSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { linkTo } from '../../tests/support/cutLink.ts';
import type { Link } from '../../tests/support/cutLink.ts';
import { killWorkers, startWorker } from '../../tests/support/nodes.ts';
import type { WorkerProcess } from '../../tests/support/nodes.ts';
import { PLAIN } from './faults.ts';
import type { Fault, Files, NodeTraits } from './faults.ts';

interface SoakNode {
  readonly worker: WorkerProcess;
  readonly link: Link;
  readonly traits: NodeTraits;
  readonly root: string;
  hurt: boolean;
  /** Stops and goes on, again and again, where it is slow. */
  braked: NodeJS.Timeout | null;
}

/** Milliseconds of a turn of a slow node. */
const TURN = 80;
/** So many bytes of so many are changed in a file that is. */
const CHANGED = 64, EVERY = 65_536;

export class SoakNodes {
  /** The addresses of a schedule's nodes, for --cluster @FILE. */
  readonly file: string;
  readonly #folder: string;
  readonly #contents: Readonly<Record<Files, string>>;
  #idle: SoakNode[] = [];
  #used: SoakNode[] = [];
  readonly #starting = new Set<Promise<SoakNode>>();
  #started = 0;
  /** Of the schedule that the nodes serve now. */
  #schedule = 0;

  /**
   * @param folder for their data roots
   * @param contents folders of the files that they may have
   */
  constructor(folder: string, contents: Readonly<Record<Files, string>>) {
    this.#folder = folder;
    this.#contents = contents;
    this.file = join(folder, 'nodes');
    mkdirSync(folder, { recursive: true });
  }

  async take(traits: readonly NodeTraits[]): Promise<void> {
    for (const each of traits) this.#used.push(await this.#find(each));
    for (const node of this.#used) if (node.traits.pace < 1) brake(node);
    this.#list();
  }

  get schedule(): number {
    return this.#schedule;
  }

  /** Addresses of nodes whose files are not those of the job. */
  get strangers(): string[] {
    return this.#used.filter(({ traits }) => traits.files !== 'same').map(({ link }) => link.address);
  }

  /** Everything but the end of the coordinator. What comes when its schedule is over does nothing. */
  async hurt({ kind, node, lasts }: Fault, schedule: number): Promise<void> {
    if (schedule !== this.#schedule) return;
    if (kind === 'join' || kind === 'stranger') {
      const joining = await this.#find(kind === 'join' ? PLAIN : { ...PLAIN, files: node % 2 === 0 ? 'absent' : 'others' });
      if (schedule !== this.#schedule) return void this.#idle.push(joining);
      this.#used.push(joining);
      return this.#list();
    }
    const found = this.#used[node];
    if (found === undefined) return;
    found.hurt = true;
    if (kind === 'cut') return found.link.cut();
    if (kind === 'alter') return changeFiles(found.root);
    release(found);
    const { child } = found.worker;
    child.kill(kind === 'kill' ? 'SIGKILL' : kind === 'leave' ? 'SIGTERM' : 'SIGSTOP');
    if (kind === 'hang' && lasts !== null) setTimeout(() => child.kill('SIGCONT'), lasts).unref();
  }

  /** What each node is doing, for who looks into a failure. */
  get states(): string {
    return this.#used.map(({ worker: { child, said }, link, hurt, traits }) => {
      const stat = `/proc/${child.pid}/stat`;
      const state = existsSync(stat) ? readFileSync(stat, 'utf8').split(' ').slice(2, 15).join(' ') : 'gone';
      return `  ${link.address} (${child.pid}): ${state}${hurt ? ', hurt' : ''}, pace ${traits.pace}, said ${JSON.stringify(said().slice(-300))}`;
    }).join('\n');
  }

  /** Nodes that the job may go on with; the others are ended. @returns how many */
  async keepWhole(): Promise<number> {
    this.#schedule++;
    const gone = this.#used.filter(({ hurt, worker, traits }) => hurt || worker.child.exitCode !== null || traits.files !== 'same');
    this.#used = this.#used.filter((node) => !gone.includes(node));
    this.#list();
    await end(gone);
    return this.#used.length;
  }

  /** @param all whether a coordinator was lost, whose nodes wait for it to come back */
  async release(all: boolean): Promise<void> {
    this.#schedule++;
    for (const node of this.#used) release(node);
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

  async #find(traits: NodeTraits): Promise<SoakNode> {
    const at = this.#idle.findIndex(({ traits: { threads, files } }) => threads === traits.threads && files === traits.files);
    if (at >= 0) return { ...this.#idle.splice(at, 1)[0]!, traits };
    const starting = this.#start(traits);
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  async #start(traits: NodeTraits): Promise<SoakNode> {
    const root = join(this.#folder, String(this.#started++));
    cpSync(this.#contents[traits.files], root, { recursive: true });
    const worker = await startWorker(['--quiet', '--threads', String(traits.threads), '--data-root', root]);
    return { worker, link: await linkTo(worker.address), traits, root, hurt: false, braked: null };
  }

  #list(): void {
    writeFileSync(this.file, this.#used.map(({ link }) => `${link.address}\n`).join(''));
  }
}

/** It stands still for a part of every turn. */
function brake(node: SoakNode): void {
  const { child } = node.worker;
  node.braked = setInterval(() => {
    child.kill('SIGSTOP');
    setTimeout(() => node.braked !== null && child.kill('SIGCONT'), TURN * (1 - node.traits.pace));
  }, TURN);
}

function release(node: SoakNode): void {
  if (node.braked === null) return;
  clearInterval(node.braked);
  node.braked = null;
  node.worker.child.kill('SIGCONT');
}

/** Other bytes now and then between the ends of each file, in its place. */
function changeFiles(root: string): void {
  for (const name of readdirSync(root)) {
    const path = join(root, name);
    const file = openSync(path, 'r+');
    const bytes = Buffer.alloc(CHANGED);
    for (let at = EVERY; at < statSync(path).size - EVERY; at += EVERY) {
      readSync(file, bytes, 0, CHANGED, at);
      for (let i = 0; i < CHANGED; i++) bytes[i]! ^= 0x55;
      writeSync(file, bytes, 0, CHANGED, at);
    }
    closeSync(file);
  }
}

async function end(nodes: readonly SoakNode[]): Promise<void> {
  for (const node of nodes) release(node);
  await killWorkers(nodes.map(({ worker }) => worker));
  for (const { link, root } of nodes) {
    link.close();
    rmSync(root, { recursive: true, force: true });
  }
}
