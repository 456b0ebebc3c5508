/** Chunks of the reduction tree and who has them. A chunk is an aligned subtree: the unit of assignment and of takeover. */
import { BLOCK_ROWS, chunkLevel, chunks, leafRows, leavesUnder } from '@scalemix/core';
import type { TreeNode } from '@scalemix/core';
import type { ComputeNode } from './node.ts';
import { NodeSpeeds } from './speeds.ts';
import type { ComputeTime } from './speeds.ts';

/** Chunks a node. */
const CHUNKS = 8;

export class Shards {
  readonly leaves: number;
  readonly level: number;
  readonly count: number;
  readonly #rows: number;
  readonly #speeds = new NodeSpeeds();
  /** Bytes of a chunk, in the mean. */
  readonly #chunkBytes: number;
  /** By chunk; null: nobody. */
  readonly #owners: (ComputeNode | null)[];
  /** The same by node: passes over thousands of nodes ask for it. */
  readonly #owned = new Map<ComputeNode, Set<number>>();

  /**
   * @param nodes that are expected
   * @param bytes of all rows
   */
  constructor(rows: number, nodes: number, bytes = 0) {
    this.#rows = rows;
    this.leaves = Math.ceil(rows / leafRows(rows));
    this.level = chunkLevel(this.leaves, CHUNKS * Math.max(1, nodes));
    this.count = chunks(this.leaves, this.level).length;
    this.#chunkBytes = bytes / this.count;
    this.#owners = new Array<ComputeNode | null>(this.count).fill(null);
  }

  owner(chunk: number): ComputeNode | null {
    return this.#owners[chunk]!;
  }

  give(chunk: number, node: ComputeNode): void {
    this.#setOwner(chunk, node);
  }

  /** Ascending. */
  ownedBy(node: ComputeNode): number[] {
    return [...(this.#owned.get(node) ?? [])].sort((a, b) => a - b);
  }

  /** The blocks under a chunk. */
  blocks(chunk: number): { first: number; end: number } {
    const { first, last } = leavesUnder({ level: this.level, index: chunk }, this.leaves);
    const each = leafRows(this.#rows) / BLOCK_ROWS;
    return { first: first * each, end: Math.min(last * each, Math.ceil(this.#rows / BLOCK_ROWS)) };
  }

  holds(node: ComputeNode, chunk: number): boolean {
    const { first, end } = this.blocks(chunk);
    return node.holds(first, end);
  }

  /** Rows of a chunk. */
  rows(chunk: number): number {
    const { first, end } = this.blocks(chunk);
    return Math.min(end * BLOCK_ROWS, this.#rows) - first * BLOCK_ROWS;
  }

  /** Numbers of the chunks under a subtree. */
  chunksUnder({ level, index }: TreeNode): number[] {
    const width = 2 ** (level - this.level);
    const first = index * width;
    return Array.from({ length: Math.max(0, Math.min(width, this.count - first)) }, (_, i) => first + i);
  }

  /**
   * Shares out what nobody has: to a node that holds the rows already, else in runs of neighbours,
   * so that few subtrees have to be sent, in proportion to threads and speed, as far as memory goes.
   * Cost: chunks, and for each node what it holds or what nobody has, whichever is less.
   */
  shareOut(nodes: readonly ComputeNode[]): void {
    const ready = nodes.filter((node) => node.ready);
    if (ready.length === 0) return;
    const left = new Set<number>();
    for (let chunk = 0; chunk < this.count; chunk++) {
      if (this.#owners[chunk]?.ready === true) continue;
      this.#setOwner(chunk, null);
      left.add(chunk);
    }
    if (left.size === 0) return;
    for (const node of ready) {
      for (const chunk of this.#heldAmong(left, node)) {
        this.#setOwner(chunk, node);
        left.delete(chunk);
      }
    }
    if (left.size === 0) return;
    const wanted = this.#shares(ready);
    const missing = ready.map((node, i) => Math.max(0, wanted[i]! - this.#owns(node)));
    let at = 0;
    for (const chunk of left) {
      while (at < ready.length - 1 && missing[at]! <= 0) at++;
      missing[at]!--;
      this.#setOwner(chunk, ready[at]!);
    }
  }

  /** Which of the chunks a node holds, not counting one that holds everything anyway; descending. */
  #heldAmong(chunks: ReadonlySet<number>, node: ComputeNode): number[] {
    const { held } = node;
    if (held === null || held.size === 0) return [];
    const { end } = this.blocks(0);
    const candidates = held.size < chunks.size ? new Set(Array.from(held, (block) => Math.floor(block / end))) : chunks;
    return [...candidates].filter((chunk) => chunks.has(chunk) && this.holds(node, chunk)).sort((a, b) => b - a);
  }

  #shares(nodes: readonly ComputeNode[], speeds: readonly number[] = nodes.map((node) => this.#speeds.of(node))): number[] {
    return fairShares(this.count, nodes.map(({ threads, memory }, i) => ({ threads: threads * speeds[i]!, most: this.#chunkBytes > 0 ? Math.floor(memory / this.#chunkBytes) : Infinity })));
  }

  /**
   * Takes notice of how long nodes took for a read. Whether shares are others now, so that `surplus` has something to say:
   * not where that would leave too many subtrees to be sent.
   */
  learn(times: ReadonlyMap<ComputeNode, ComputeTime>, nodes: readonly ComputeNode[]): boolean {
    this.#speeds.observe(times);
    const ready = nodes.filter((node) => node.ready);
    const speeds = this.#speeds.worthwhile(ready, ready.map((node) => this.#owns(node)), (found) => this.#shares(ready, found));
    if (speeds === null || this.#subtreesAfter(this.#moves(ready, this.#shares(ready, speeds)), ready) > MOST_SUBTREES * ready.length) return false;
    this.#speeds.use(ready, speeds);
    return true;
  }

  /** Answers of the nodes in a pass after the moves. */
  #subtreesAfter(moves: readonly { readonly chunk: number; readonly to: ComputeNode }[], nodes: readonly ComputeNode[]): number {
    const owned = new Map(nodes.map((node) => [node, new Set(this.#owned.get(node))]));
    for (const { chunk, to } of moves) {
      owned.get(this.#owners[chunk]!)?.delete(chunk);
      owned.get(to)!.add(chunk);
    }
    return [...owned.values()].reduce((sum, chunks) => sum + cover([...chunks], this).length, 0);
  }

  /**
   * Chunks that should go to nodes with less than their share, from those with more:
   * such as the node holds already, else neighbours of what it has, else the last. Nothing is changed.
   */
  surplus(nodes: readonly ComputeNode[]): { chunk: number; to: ComputeNode }[] {
    const ready = nodes.filter((node) => node.ready);
    return this.#moves(ready, this.#shares(ready));
  }

  #moves(ready: readonly ComputeNode[], wanted: readonly number[]): { chunk: number; to: ComputeNode }[] {
    const over = new Map(ready.map((node, i) => [node, inPairs(this.#owns(node) - wanted[i]!, wanted[i]!)]));
    const givable = new Set<number>();
    for (let chunk = this.count - 1; chunk >= 0; chunk--) if ((over.get(this.#owners[chunk]!) ?? 0) > 0) givable.add(chunk);
    const moves: { chunk: number; to: ComputeNode }[] = [];
    // In pairs first, then one by one what is left of them.
    for (const each of [2, 1]) {
      for (const to of ready) {
        let lacking = Math.floor(-over.get(to)! / each) * each;
        if (lacking <= 0) continue;
        for (const candidates of [this.#heldAmong(givable, to), this.#beside(givable, to), givable]) {
          for (const chunk of candidates) {
            if (lacking === 0) break;
            const from = this.#owners[chunk]!;
            givable.delete(chunk);
            if (over.get(from)! <= 0) continue;
            over.set(from, over.get(from)! - 1);
            over.set(to, over.get(to)! + 1);
            lacking--;
            moves.push({ chunk, to });
          }
        }
      }
    }
    return moves;
  }

  /** Those of the chunks that stand in a row with chunks of the node, the nearest first. */
  *#beside(chunks: ReadonlySet<number>, node: ComputeNode): Generator<number> {
    for (const own of this.ownedBy(node)) {
      for (let next = own + 1; chunks.has(next); next++) yield next;
      for (let next = own - 1; chunks.has(next); next--) yield next;
    }
  }

  #owns(node: ComputeNode): number {
    return this.#owned.get(node)?.size ?? 0;
  }

  #setOwner(chunk: number, node: ComputeNode | null): void {
    const before = this.#owners[chunk];
    if (before) {
      const rest = this.#owned.get(before)!;
      rest.delete(chunk);
      if (rest.size === 0) this.#owned.delete(before);
    }
    this.#owners[chunk] = node;
    if (node === null) return;
    const owned = this.#owned.get(node);
    if (owned === undefined) this.#owned.set(node, new Set([chunk]));
    else owned.add(chunk);
  }
}

/** Answers a node in the mean. */
const MOST_SUBTREES = 4;
/** Chunks from which on a node gives them in pairs: two that stand side by side are one subtree. */
const PAIRS_FROM = 4;

function inPairs(difference: number, wanted: number): number {
  return wanted < PAIRS_FROM || difference < 0 ? difference : 2 * Math.floor(difference / 2);
}

/** What a node may be given: in proportion to its threads (times its speed), and at most `most` as long as others have room. */
interface Taker {
  readonly threads: number;
  /** @default no limit */
  readonly most?: number;
}

/** `total` split in proportion to threads, in whole numbers that sum to it; where nobody has room any more, what is left likewise. */
export function fairShares(total: number, takers: readonly Taker[]): number[] {
  const shares = takers.map(() => 0);
  const most = (i: number): number => takers[i]!.most ?? Infinity;
  let left = total;
  let open = takers.map((_, i) => i);
  while (open.length > 0 && left > 0) {
    const split = inProportion(left, open.map((i) => takers[i]!.threads));
    const over = open.filter((i, at) => split[at]! > most(i));
    const fixed = new Set(over);
    open.forEach((i, at) => (shares[i] = fixed.has(i) ? most(i) : split[at]!));
    if (over.length === 0) return shares;
    for (const i of over) left -= most(i);
    open = open.filter((i) => !fixed.has(i));
  }
  return left === 0 ? shares : inProportion(left, takers.map(({ threads }) => threads)).map((more, i) => shares[i]! + more);
}

/** Distance up to which an even border is preferred: runs between even borders are fewer subtrees. */
const EVEN_WITHIN = 0.75;

function border(exact: number): number {
  const even = 2 * Math.round(exact / 2);
  return Math.abs(even - exact) <= EVEN_WITHIN ? even : Math.round(exact);
}

function inProportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  let before = 0;
  let given = 0;
  return weights.map((weight) => {
    before += weight;
    const until = before === sum ? total : border((total * before) / sum);
    const share = until - given;
    given = until;
    return share;
  });
}

/** The fewest aligned subtrees that cover the chunks, which must be distinct. */
export function cover(chunkNumbers: readonly number[], { level, count }: Pick<Shards, 'level' | 'count'>): TreeNode[] {
  const has = new Set(chunkNumbers);
  const nodes: TreeNode[] = [];
  let covered = 0;
  for (const chunk of chunkNumbers.toSorted((a, b) => a - b)) {
    if (chunk < covered) continue;
    let up = 0;
    let index = chunk;
    for (;;) {
      // The parent, where all chunks under it that there are are wanted.
      const first = (index >> 1) * 2 ** (up + 1);
      const end = Math.min(first + 2 ** (up + 1), count);
      if (index === 0 && 2 ** up >= count) break;
      if (first !== chunk || !rangeIn(has, first, end)) break;
      up++;
      index >>= 1;
    }
    nodes.push({ level: level + up, index });
    covered = (index + 1) * 2 ** up;
  }
  return nodes;
}

function rangeIn(has: ReadonlySet<number>, first: number, end: number): boolean {
  for (let chunk = first; chunk < end; chunk++) if (!has.has(chunk)) return false;
  return true;
}
