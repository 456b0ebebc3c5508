/** How fast nodes proved to be, beside each other. It decides who gets which rows; no answer depends on it. */
import type { ComputeNode } from './node.ts';

/** What a node did in a read: rows, and the milliseconds from being asked to the last answer. */
export interface ComputeTime {
  readonly rows: number;
  readonly milliseconds: number;
}

/** Reads shorter than this tell nothing: milliseconds of the slowest node. */
const TELLING = 250;
/** Reads whose median counts: one that was slow by chance does not. */
const READS = 3;
/** Rows move where a read is then expected to take less than this share of its time. */
const WORTH = 0.8;

export class NodeSpeeds {
  /** Of each node the latest READS reads, oldest first. */
  readonly #seen = new WeakMap<ComputeNode, readonly number[]>();
  readonly #used = new WeakMap<ComputeNode, number>();

  /** Rows a thread and millisecond of a node beside those of the others, as shares follow it; 1 until it is known better. */
  of(node: ComputeNode): number {
    return this.#used.get(node) ?? 1;
  }

  /** Takes notice of a read. The median of its nodes is 1: reads differ in what they ask for. */
  observe(times: ReadonlyMap<ComputeNode, ComputeTime>): void {
    if (times.size < 2 || [...times.values()].every(({ milliseconds }) => milliseconds < TELLING)) return;
    const rates = [...times].map(([node, { rows, milliseconds }]) => ({ node, rate: rows / (node.threads * Math.max(1, milliseconds)) }));
    const middle = median(rates.map(({ rate }) => rate));
    for (const { node, rate } of rates) this.#seen.set(node, [...(this.#seen.get(node) ?? []), rate / middle].slice(-READS));
  }

  /**
   * The speeds that have been seen, if with them the slowest node is done in a good deal less time; else null.
   * @param owned what the nodes have, and `shares` what they would get for their speeds
   */
  worthwhile(nodes: readonly ComputeNode[], owned: readonly number[], shares: (speeds: readonly number[]) => readonly number[]): readonly number[] | null {
    if (nodes.length < 2 || nodes.some((node) => (this.#seen.get(node)?.length ?? 0) < READS)) return null;
    const speeds = nodes.map((node) => median(this.#seen.get(node)!));
    const slowest = (chunks: readonly number[]): number => chunks.reduce((most, count, i) => Math.max(most, count / (nodes[i]!.threads * speeds[i]!)), 0);
    return slowest(shares(speeds)) > WORTH * slowest(owned) ? null : speeds;
  }

  /** Shares follow these from now on. */
  use(nodes: readonly ComputeNode[], speeds: readonly number[]): void {
    nodes.forEach((node, i) => this.#used.set(node, speeds[i]!));
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
