/** Where the time of a fit goes: every request to the rows and every work of the executor, with its duration. */
import { performance } from 'node:perf_hooks';
import type { Executor, PassRequest, RowSource, SomeRows } from '@scalemix/core';

export interface Span {
  /** 'pass', 'moments', 'gather', 'chosen pass' etc. of rows chosen in their places, 'sample pass' etc. of rows gathered; 'steps': works of the executor. */
  readonly kind: string;
  /** In words, found out when they are asked for: the fit does not wait for that. */
  readonly detail: () => string;
  /** Milliseconds since the fit began. */
  readonly begin: number;
  readonly end: number;
}

/** Reads of all the rows that are named one by one. */
const NAMED = 24;

export class Profile {
  readonly spans: Span[] = [];
  readonly #origin = performance.now();
  readonly #usage = process.cpuUsage();
  seconds = 0;
  /** Seconds of processor time of all threads. */
  cpu = 0;

  /** Ends the fit. */
  stop(): void {
    this.seconds = (performance.now() - this.#origin) / 1000;
    const { user, system } = process.cpuUsage(this.#usage);
    this.cpu = (user + system) / 1e6;
  }

  /** The same source, watched. */
  source(source: RowSource, prefix = ''): RowSource {
    return {
      ...this.#rows(source, prefix),
      choose: (selector) => this.#rows(source.choose(selector), `${prefix}chosen `),
      gather: async (selector, options) => this.source(await this.#watch(`${prefix}gather`, () => '', source.gather(selector, options)), `${prefix}sample `),
      take: (selector, options) => this.#watch(`${prefix}take`, () => '', source.take(selector, options)),
      close: () => source.close(),
    };
  }

  #rows(rows: SomeRows, prefix: string): SomeRows {
    return {
      describe: () => rows.describe(),
      moments: (request, options) => this.#watch(`${prefix}moments`, () => (request.gram ? 'with Gram' : ''), rows.moments(request, options)),
      evaluate: (request, options) => this.#watch(`${prefix}pass`, () => passDetail(request), rows.evaluate(request, options)),
    };
  }

  /** The same executor, watched. */
  executor(executor: Executor): Executor {
    return { map: (work, shared, items) => this.#watch('steps', () => `${items.length} of ${String(work)}`, executor.map(work, shared, items)) };
  }

  /** Seconds and calls by kind; 'rest' is what the calling thread did between them. */
  totals(): { kind: string; seconds: number; calls: number }[] {
    const totals = new Map<string, { seconds: number; calls: number }>();
    let waited = 0, until = 0;
    for (const { kind, begin, end } of this.spans.toSorted((a, b) => a.begin - b.begin)) {
      const total = totals.get(kind) ?? { seconds: 0, calls: 0 };
      totals.set(kind, total);
      total.seconds += (end - begin) / 1000;
      total.calls++;
      waited += Math.max(0, end - Math.max(begin, until)) / 1000;
      until = Math.max(until, end);
    }
    totals.set('rest', { seconds: this.seconds - waited, calls: 0 });
    return [...totals].map(([kind, total]) => ({ kind, ...total }));
  }

  /** In words: totals by kind, and the first reads of all the rows. */
  lines(): string[] {
    const line = (kind: string, seconds: number, detail: string): string => `  ${seconds.toFixed(3).padStart(9)} s  ${kind.padEnd(16)} ${detail}`.trimEnd();
    const reads = this.spans.filter(({ kind }) => ['pass', 'moments', 'gather'].includes(kind));
    return [
      ...this.totals().map(({ kind, seconds, calls }) => line(kind, seconds, calls > 0 ? `${calls} times` : 'calling thread')),
      ...reads.slice(0, NAMED).map(({ kind, detail, begin, end }) => line(kind, (end - begin) / 1000, detail())),
      ...(reads.length > NAMED ? [`  and ${reads.length - NAMED} more reads`] : []),
    ];
  }

  async #watch<Result>(kind: string, detail: Span['detail'], work: Promise<Result>): Promise<Result> {
    const begin = performance.now() - this.#origin;
    try {
      return await work;
    } finally {
      this.spans.push({ kind, detail, begin, end: performance.now() - this.#origin });
    }
  }
}

function passDetail(request: PassRequest): string {
  const p = request.coefficients.length / request.columns;
  let nonzero = 0;
  for (const coefficient of request.coefficients) if (coefficient !== 0) nonzero++;
  const gradient = request.features === null ? p : request.features.length;
  const grams = request.grams.map(({ features }) => features?.length ?? p);
  return `${request.columns} columns of ${(nonzero / request.columns).toFixed(1)} nonzero, gradient of ${gradient}${grams.length > 0 ? `, Grams of ${grams.join(' ')}` : ''}`;
}
