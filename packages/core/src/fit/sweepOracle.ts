import type { FitEvent, FitOptions } from './problem.ts';
import type { LossSpec } from '../loss/loss.ts';
import { LOSS_SUMS } from '../kernels/kernels.ts';
import type { RowSource } from '../rowSource.ts';
import type { PassRequest } from '../statistics/pass.ts';
import type { Evaluation, HessianRequest, Oracle } from './evaluation.ts';
import type { Point, WorkingScale } from './workingScale.ts';

/** What the sweeps so far have cost. */
export interface SweepCount {
  sweeps: number;
  /** Sum over sweeps of the values still open, as the document counts them (divided by K there). */
  openColumns: number;
  grams: number;
}

/** Evaluates by sweeping over the rows of a source, one pass a call. */
export class SweepOracle implements Oracle {
  readonly #source: RowSource;
  readonly #scale: WorkingScale;
  readonly #loss: LossSpec;
  readonly #count: SweepCount;
  readonly #options: FitOptions;

  constructor(source: RowSource, scale: WorkingScale, loss: LossSpec, count: SweepCount, options: FitOptions) {
    this.#source = source;
    this.#scale = scale;
    this.#loss = loss;
    this.#count = count;
    this.#options = options;
  }

  async evaluate(points: readonly Point[], hessians: readonly HessianRequest[], open: number): Promise<Evaluation[]> {
    const p = this.#scale.features;
    const stored = points.map((point) => this.#scale.toStored(point));
    const coefficients = new Float64Array(points.length * p);
    stored.forEach((column, k) => coefficients.set(column.coefficients, k * p));
    const request: PassRequest = {
      kind: 'pass',
      loss: this.#loss,
      columns: points.length,
      coefficients,
      intercepts: Float64Array.from(stored, (column) => column.intercept),
      features: null,
      grams: hessians.map(({ at, features }) => ({ column: at, features })),
    };
    const pass = ++this.#count.sweeps;
    this.#count.openColumns += open;
    this.#count.grams += hessians.length;
    const rows = this.#source.describe().rows;
    this.#emit({ type: 'passBegun', pass, columns: points.length, grams: hessians.length, rows });
    const begun = performance.now();
    const result = await this.#source.evaluate(request, {
      ...(this.#options.signal === undefined ? {} : { signal: this.#options.signal }),
      onProgress: (rowsDone) => this.#emit({ type: 'passProgress', pass, rowsDone, rows }),
    });
    this.#emit({ type: 'passDone', pass, rows, seconds: (performance.now() - begun) / 1000 });

    const hessianAt = (k: number): Evaluation['hessian'] => {
      const found = hessians.findIndex((request) => request.at === k);
      return found < 0 ? null : this.#scale.hessian(result.grams[found]!, hessians[found]!.features);
    };
    const mean = (k: number, name: (typeof LOSS_SUMS)[number]): number => result.sums[k * LOSS_SUMS.length + LOSS_SUMS.indexOf(name)]! / this.#scale.weightSum;
    return points.map((point, k) => ({
      point,
      loss: mean(k, 'loss'),
      gradient: this.#scale.gradient(result.gradient.subarray(k * p, (k + 1) * p), result.sums[k * LOSS_SUMS.length + LOSS_SUMS.indexOf('gradient')]!),
      interceptGradient: mean(k, 'gradient'),
      alignment: mean(k, 'alignment'),
      curvature: mean(k, 'curvature'),
      curvatureAlignment: mean(k, 'curvatureAlignment'),
      pearson: mean(k, 'pearson'),
      curvatureSquare: mean(k, 'curvatureSquare'),
      hessian: hessianAt(k),
    }));
  }

  #emit(event: FitEvent): void {
    this.#options.onEvent?.(event);
  }
}
