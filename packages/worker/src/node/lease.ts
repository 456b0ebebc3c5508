/** One coordinator at a time: it holds the node as long as it is heard of. */
import { FailureError } from '@scalemix/core';

export class Lease {
  /** Milliseconds. */
  readonly duration: number;
  readonly #now: () => number;
  #holder: string | null = null;
  #until = -Infinity;

  /** @param now milliseconds */
  constructor(duration: number, now: () => number = () => performance.now()) {
    this.duration = duration;
    this.#now = now;
  }

  /**
   * @returns whether it was another's, or nobody's, before
   * @throws FailureError NODE_BUSY while another coordinator holds it
   */
  take(coordinator: string): boolean {
    if (this.#holder !== null && this.#holder !== coordinator && this.#now() < this.#until) {
      const left = Math.ceil((this.#until - this.#now()) / 1000);
      throw new FailureError('NODE_BUSY', `The node works for another coordinator, which was heard of in the last ${this.duration / 1000} s (the lease has ${left} s left). Wait until that job has ended, or use other nodes.`);
    }
    const changed = this.#holder !== coordinator;
    this.#holder = coordinator;
    this.#until = this.#now() + this.duration;
    return changed;
  }

  /** @throws FailureError LEASE_LOST where another, or nobody, holds it */
  renew(coordinator: string): void {
    if (this.#holder === null || this.#holder !== coordinator) throw new FailureError('LEASE_LOST', 'The node does not work for this coordinator any more: nothing was heard of it for too long, and another came. It must attach again.');
    this.#until = this.#now() + this.duration;
  }

  release(): void {
    this.#holder = null;
    this.#until = Math.min(this.#until, this.#now());
  }

  /** Milliseconds since the lease ran out or was given back; negative while it runs, Infinity where nobody ever held it. */
  get overdue(): number {
    return this.#now() - this.#until;
  }
}
