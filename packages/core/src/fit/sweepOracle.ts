import type { FitEvent, FitOptions } from './problem.ts';
import type { LossSpec } from '../loss/loss.ts';
import { LOSS_SUMS } from '../kernels/kernels.ts';
import type { SomeRows } from '../rowSource.ts';
import type { FoldSpec } from '../path/folds.ts';
import type { PassFolds, PassRequest, PassResult } from '../statistics/passRequest.ts';
import { mergeStatistics } from '../statistics/statistic.ts';
import type { Evaluation, Hessian, HessianRequest, Oracle } from './evaluation.ts';
import type { Point, WorkingScale } from './workingScale.ts';

const LOSS = LOSS_SUMS.indexOf('loss');
/** Numbers that the gradients of one pass may hold: 128 MiB, in every thread. With very many features it takes several passes. */
const PASS_NUMBERS = 2 ** 24;

/** What the sweeps so far have cost. */
export interface SweepCount {
  sweeps: number;
  /** Sum over sweeps of the values still open, as the document counts them (divided by K there). */
  openColumns: number;
  grams: number;
}

/** The folds of a cross-validation, and what is fitted without each of them. */
export interface TrainingSets {
  readonly by: FoldSpec;
  readonly sets: readonly { readonly scale: WorkingScale; /** Weight of the fold itself. */ readonly heldOutWeight: number }[];
}

/** Evaluates by sweeping over the rows of a source, one pass a call (several where the gradients are many). */
export class SweepOracle implements Oracle {
  readonly #source: SomeRows;
  readonly #scale: WorkingScale;
  readonly #loss: LossSpec;
  readonly #count: SweepCount;
  readonly #options: FitOptions;
  readonly #passNumbers: number;

  constructor(source: SomeRows, scale: WorkingScale, loss: LossSpec, count: SweepCount, options: FitOptions, passNumbers = PASS_NUMBERS) {
    this.#source = source;
    this.#scale = scale;
    this.#loss = loss;
    this.#count = count;
    this.#options = options;
    this.#passNumbers = passNumbers;
  }

  /** The same rows and counts on another scale. */
  onScale(scale: WorkingScale): SweepOracle {
    return new SweepOracle(this.#source, scale, this.#loss, this.#count, this.#options, this.#passNumbers);
  }

  async evaluate(points: readonly Point[], hessians: readonly HessianRequest[], open: number): Promise<Evaluation[]> {
    const evaluations: Evaluation[] = [];
    for (const { points: some, asked } of this.#pieces(points, hessians, 1)) {
      const result = await this.#pass(some, asked, Math.min(open, some.length), null);
      some.forEach((point, k) => evaluations.push(this.#evaluation(point, this.#scale, sumsOf(result, k), this.#gradientOf(result, k), null, hessianOf(this.#scale, result, asked, k))));
    }
    return evaluations;
  }

  /** Each point without the rows of its own fold. */
  async evaluateWithout(folds: TrainingSets, heldOut: readonly number[], points: readonly Point[], hessians: readonly HessianRequest[], open: number): Promise<Evaluation[]> {
    const evaluations: Evaluation[] = [];
    for (const piece of this.#pieces(points, hessians, 1)) {
      const { from, asked } = piece;
      const leftOut = heldOut.slice(from, from + piece.points.length);
      const result = await this.#pass(piece.points, asked, Math.min(open, leftOut.length), { by: folds.by, heldOut: Int32Array.from(leftOut) });
      leftOut.forEach((fold, k) => {
        const { scale, heldOutWeight } = folds.sets[fold]!;
        evaluations.push(this.#evaluation(piece.points[k]!, scale, sumsOf(result, k), this.#gradientOf(result, k), result.heldOutLoss[k]! / heldOutWeight, hessianOf(scale, result, asked, k)));
      });
    }
    return evaluations;
  }

  /** Each point without the rows of each fold in turn (point by point, fold by fold), and the Hessians asked for, in ascending order of their points, of all rows: products of one column a point. */
  async evaluateWithoutEach(folds: TrainingSets, points: readonly Point[], hessians: readonly HessianRequest[], open: number): Promise<{ without: Evaluation[][]; hessians: Hessian[] }> {
    const without: Evaluation[][] = [];
    const formed: Hessian[] = [];
    for (const { points: some, asked } of this.#pieces(points, hessians, folds.by.count)) {
      const result = await this.#pass(some, asked, Math.min(open, some.length), { by: folds.by, heldOut: null });
      without.push(...this.#withoutEach(folds, some, result));
      formed.push(...asked.map(({ features }, h) => this.#scale.hessian(result.grams[h]!, features)));
    }
    return { without, hessians: formed };
  }

  #withoutEach(folds: TrainingSets, points: readonly Point[], result: PassResult): Evaluation[][] {
    const F = folds.by.count;
    const sumOthers = (of: (at: number) => Float64Array, k: number, fold: number): Float64Array => {
      const total = of(k * F).slice().fill(0);
      for (let f = 0; f < F; f++) if (f !== fold) mergeStatistics(total, of(k * F + f), total);
      return total;
    };
    return points.map((point, k) =>
      folds.sets.map(({ scale, heldOutWeight }, fold) => {
        const sums = sumOthers((at) => sumsOf(result, at), k, fold);
        const gradient = sumOthers((at) => this.#gradientOf(result, at), k, fold);
        return this.#evaluation(point, scale, sums, gradient, sumsOf(result, k * F + fold)[LOSS]! / heldOutWeight, null);
      }),
    );
  }

  /** The points in pieces whose gradients a pass has room for, each with the Hessians asked for at its points. @param vectors gradients a point */
  *#pieces(points: readonly Point[], hessians: readonly HessianRequest[], vectors: number): Generator<{ from: number; points: readonly Point[]; asked: HessianRequest[] }> {
    const most = Math.max(1, Math.floor(this.#passNumbers / (vectors * Math.max(1, this.#scale.features))));
    for (let from = 0; from < points.length; from += most) {
      const asked = hessians.filter(({ at }) => at >= from && at < from + most).map((request) => ({ ...request, at: request.at - from }));
      yield { from, points: points.slice(from, from + most), asked };
    }
  }

  async #pass(points: readonly Point[], hessians: readonly HessianRequest[], open: number, folds: PassFolds | null): Promise<PassResult> {
    const p = this.#scale.features;
    const stored = points.map((point) => this.#scale.toStored(point));
    const { rows, kernel } = this.#source.describe();
    const fitsFloat32 = this.#scale.fitsFloat32(rows);
    const coarse = (request: HessianRequest): boolean => fitsFloat32 && (request.coarse === 'always' || (request.coarse === true && storesFloat32(kernel)));
    const coefficients = new Float64Array(points.length * p);
    stored.forEach((column, k) => coefficients.set(column.coefficients, k * p));
    const request: PassRequest = {
      kind: 'pass',
      loss: this.#loss,
      columns: points.length,
      coefficients,
      intercepts: Float64Array.from(stored, (column) => column.intercept),
      features: null,
      grams: hessians.map((request) => ({ column: request.at, features: request.features, ...(coarse(request) && { coarse: true }) })),
      ...(folds !== null && { folds }),
    };
    const pass = ++this.#count.sweeps;
    this.#count.openColumns += open;
    this.#count.grams += hessians.length;
    this.#emit({ type: 'passBegun', pass, columns: points.length, grams: hessians.length, gramFeatures: hessians.reduce((most, { features }) => Math.max(most, features.length), 0), rows });
    const begun = performance.now();
    const result = await this.#source.evaluate(request, {
      ...(this.#options.signal === undefined ? {} : { signal: this.#options.signal }),
      onProgress: (rowsDone) => this.#emit({ type: 'passProgress', pass, rowsDone, rows }),
    });
    this.#emit({ type: 'passDone', pass, rows, seconds: (performance.now() - begun) / 1000 });
    return result;
  }

  #gradientOf(result: PassResult, at: number): Float64Array {
    const p = this.#scale.features;
    return result.gradient.subarray(at * p, (at + 1) * p);
  }

  #evaluation(point: Point, scale: WorkingScale, sums: Float64Array, gradient: Float64Array, heldOutLoss: number | null, hessian: Hessian | null): Evaluation {
    const mean = (name: (typeof LOSS_SUMS)[number]): number => sums[LOSS_SUMS.indexOf(name)]! / scale.weightSum;
    return {
      point,
      loss: mean('loss'),
      gradient: scale.gradient(gradient, sums[LOSS_SUMS.indexOf('gradient')]!),
      interceptGradient: mean('gradient'),
      alignment: mean('alignment'),
      curvature: mean('curvature'),
      curvatureAlignment: mean('curvatureAlignment'),
      pearson: mean('pearson'),
      curvatureSquare: mean('curvatureSquare'),
      heldOutLoss,
      hessian,
    };
  }

  #emit(event: FitEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** The oracle of what is fitted without one fold. */
export function withoutFold(sweeps: SweepOracle, folds: TrainingSets, fold: number): Oracle {
  return { evaluate: (points, hessians, open) => sweeps.evaluateWithout(folds, points.map(() => fold), points, hessians, open) };
}

/** Of a kernelIdText. */
function storesFloat32(kernel: string): boolean {
  return kernel.split('/')[1] === 'f32';
}

function sumsOf({ sums }: PassResult, at: number): Float64Array {
  return sums.subarray(at * LOSS_SUMS.length, (at + 1) * LOSS_SUMS.length);
}

function hessianOf(scale: WorkingScale, result: PassResult, hessians: readonly HessianRequest[], k: number): Hessian | null {
  const found = hessians.findIndex((request) => request.at === k);
  return found < 0 ? null : scale.hessian(result.grams[found]!, hessians[found]!.features);
}
