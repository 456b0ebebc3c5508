/** Watches the events of a job and lets its faults come when they are due. */
import type { JobEvent } from '@scalemix/coordinator';
import { PHASES } from './faults.ts';
import type { Fault } from './faults.ts';

export class SoakPhases {
  /** Faults that have come. */
  readonly came: Fault[] = [];
  readonly #left: Fault[];
  readonly #hurt: (fault: Fault) => void;
  readonly #counts = new Map<JobEvent['type'], number>();
  #movedForSpeed = 0;
  #over = false;

  constructor(faults: readonly Fault[], hurt: (fault: Fault) => void) {
    this.#left = [...faults];
    this.#hurt = hurt;
  }

  /** Chunks that went from slow nodes to fast ones. */
  get movedForSpeed(): number {
    return this.#movedForSpeed;
  }

  begin(): void {
    this.#release(null, 0);
  }

  take(event: JobEvent): void {
    const count = (this.#counts.get(event.type) ?? 0) + 1;
    this.#counts.set(event.type, count);
    if (event.type === 'chunksMoved' && event.because === 'speed') this.#movedForSpeed += event.chunks;
    this.#release(event.type, count);
  }

  /** Nothing comes any more. */
  end(): void {
    this.#over = true;
  }

  #release(type: JobEvent['type'] | null, count: number): void {
    for (const fault of this.#left.filter(({ phase, count: due }) => PHASES[phase].event === type && (type === null || due <= count))) {
      this.#left.splice(this.#left.indexOf(fault), 1);
      setTimeout(() => {
        if (this.#over) return;
        this.came.push(fault);
        this.#hurt(fault);
      }, fault.delay).unref();
    }
  }
}
