/**
 * Ridge paths with fewer rows than features. With penalty (lambda/2) sum_j l2_j beta_j^2 the gradient vanishes where
 * beta_j = -(1/lambda l2_j) sum_i r_i x_ij, r_i = w_i l'(psi_i) / W: the optimum is beta_j = (1/l2_j) sum_i a_i x_ij for some
 * n numbers a, and
 *
 *   psi = offset + beta_0 + K a,   sum_j l2_j beta_j^2 = a'K a,   K_ik = sum_j x_ij x_kj / l2_j.
 *
 * The rows are brought here once, K is formed once, and every value takes Newton steps in n unknowns, each started where the
 * one before ended. One pass over all rows where they lie evaluates and certifies all values; one that it does not
 * certify is finished on the features, as any other.
 *
 * Steps (n^3/3 flops) need no rank of K, and no curvature of a row: with u = w l''/W and S = sqrt(diag(u)),
 * the equations U (K da + db) + lambda da = -(r + lambda a), 1'(r + U (K da + db)) = 0 become, with
 * a + da = -r/lambda + S e,
 *
 *   (S K S + lambda) e + S 1 db = S K (r + lambda a) / lambda,   1'S e = 1'r / lambda.
 */
import { everyRow } from '../block/choice.ts';
import { columnsOf } from '../block/takenRows.ts';
import type { GatheredRows } from '../block/gather.ts';
import type { Loss } from '../loss/loss.ts';
import type { ReadOptions, RowSource } from '../rowSource.ts';
import { dot } from '../solve/rowProducts.ts';
import type { RowColumns } from '../solve/rowProducts.ts';
import { certify } from './certificate.ts';
import { relativeGap } from './progress.ts';
import type { LockstepValue } from './samplePath.ts';
import type { SweepOracle } from './sweepOracle.ts';
import { fitValue } from './value.ts';
import type { ValueResult, ValueSetting } from './value.ts';
import type { Point, WorkingScale } from './workingScale.ts';

/** Share of the objective above saturation: a step that promises to lower it by less is the last. As steps are Newton's, far less is left. */
const LAST_STEP = 1e-11;
/** Steps a value may take. */
const MOST_STEPS = 50;
/** Halvings of a step that does not lower the objective. */
const MOST_HALVINGS = 30;
/** Share of an objective that is rounding. */
const ROUNDING = 1e-13;

export interface RowSpaceSetting extends ValueSetting {
  readonly saturatedLoss: number;
}

/** Where a value stands: n numbers, K times them, the intercept. */
interface Dual {
  readonly a: Float64Array;
  readonly product: Float64Array;
  readonly intercept: number;
}

/**
 * Fits all values, given in descending order of lambda.
 * @param start the null model on all rows
 */
export async function fitInRowSpace(
  source: RowSource, sweeps: SweepOracle, setting: RowSpaceSetting, values: readonly LockstepValue[], start: Point, options: ReadOptions, done: (result: ValueResult, k: number) => void,
): Promise<ValueResult[]> {
  const { scale, loss, penalty, saturatedLoss } = setting;
  const points = await pointsOf(source, setting, values, start, options);
  const results: ValueResult[] = [];
  for (const [k, evaluation] of (await sweeps.evaluate(points, [], points.length)).entries()) {
    const certificate = certify(scale, loss, penalty, values[k]!.lambda, evaluation, setting.nullGradient);
    const certified = relativeGap(certificate, saturatedLoss) <= setting.tolerance;
    results.push(certified ? { evaluation, certificate, converged: true, reason: null } : await fitValue(sweeps, setting, { ...values[k]!, next: null, features: null }, evaluation, saturatedLoss));
    done(results[k]!, k);
  }
  return results;
}

/** The solutions in the space of the rows, on the features; `start` itself where K is beyond all numbers. */
async function pointsOf(source: RowSource, setting: RowSpaceSetting, values: readonly LockstepValue[], start: Point, options: ReadOptions): Promise<Point[]> {
  const { scale, executor, penalty } = setting;
  const { reference, inverseSquare } = scale.forRows();
  const taken = await source.take(everyRow(scale.features), options);
  const factor = inverseSquare.map((square, j) => (scale.isUsable[j] === 1 ? Math.sqrt(square / scale.l2[j]!) : 0));
  const shared: RowColumns = { columns: columnsOf(taken, scale.usable, { reference, factor }), rows: taken.rows.rows };
  const products = (await executor.map('rowProducts', shared, [null]))[0]!;
  if (products === null || !products.every(Number.isFinite)) return values.map(() => start);
  const space = new RowSpace(taken.rows, products, setting);
  const duals: Dual[] = [];
  for (const [k, { lambda }] of values.entries()) {
    const before = k === 0 ? space.at(new Float64Array(shared.rows), start.intercept) : duals[k - 1]!;
    const growth = k === 0 ? 1 : penalty.curvature(values[k - 1]!.lambda) / penalty.curvature(lambda);
    duals.push(await space.fit(penalty.curvature(lambda), before, growth, options));
  }
  const along = await executor.map('columnProducts', shared, duals.map(({ a }) => a));
  return duals.map(({ intercept }, k) => pointOf(scale, along[k]!, intercept));
}

/** @param along of the usable features, in units of the square root of l2_j */
function pointOf({ features, usable, l2 }: WorkingScale, along: Float64Array, intercept: number): Point {
  const beta = new Float64Array(features);
  usable.forEach((j, at) => (beta[j] = along[at]! / Math.sqrt(l2[j]!)));
  return { beta, intercept };
}

/** The problem in n unknowns. */
class RowSpace {
  readonly #setting: RowSpaceSetting;
  readonly #loss: Loss;
  /** K. */
  readonly #products: Float64Array;
  readonly #rows: GatheredRows;
  /** w_i / W. */
  readonly #shares: Float64Array;

  constructor(rows: GatheredRows, products: Float64Array, setting: RowSpaceSetting) {
    this.#setting = setting;
    this.#loss = setting.loss;
    this.#products = products;
    this.#rows = rows;
    this.#shares = rows.weights.map((weight) => weight / setting.scale.weightSum);
  }

  at(a: Float64Array, intercept: number): Dual {
    return { a, product: this.#times(a), intercept };
  }

  /**
   * Newton steps from `start`, or from where it leads if that is better, until one is the last or none helps.
   * @param growth the value before's lambda over this one's: as a is -r / lambda, it grows so where r hardly changes
   */
  async fit(lambda: number, start: Dual, growth: number, { signal }: ReadOptions): Promise<Dual> {
    const { executor, saturatedLoss, scale } = this.#setting;
    const grown = moved(start, start, growth - 1, false);
    let at = this.#objective(grown, lambda) < this.#objective(start, lambda) ? grown : start;
    let objective = this.#objective(at, lambda);
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      signal?.throwIfAborted();
      const { slope, root } = this.#derivatives(at);
      const slopes = sum(slope);
      const rising = this.#times(slope).map((value, i) => value + lambda * at.product[i]!);
      const right = rising.map((value, i) => (root[i]! * value) / lambda);
      const step = (await executor.map('rowStep', { products: this.#products }, [{ root, right, level: scale.intercept ? slopes / lambda : null, lambda }]))[0]!;
      if (step === null) break;
      const a = step.along.map((e, i) => root[i]! * e - slope[i]! / lambda);
      const change: Dual = { a: a.map((value, i) => value - at.a[i]!), product: this.#times(a).map((value, i) => value - at.product[i]!), intercept: step.intercept };
      // -g'd / 2: what the quadratic model promises.
      const promised = -(dot(rising, change.a) + slopes * change.intercept) / 2;
      const next = this.#lower(at, change, lambda, objective);
      if (next === null) break;
      ({ at, objective } = next);
      if (next.whole && (this.#loss.quadratic || promised <= LAST_STEP * (objective - saturatedLoss))) break;
    }
    return at;
  }

  /** The longest of the step, its half, its quarter ... that does not raise the objective; null where none is. */
  #lower(at: Dual, change: Dual, lambda: number, objective: number): { at: Dual; objective: number; whole: boolean } | null {
    for (let halvings = 0; halvings < MOST_HALVINGS; halvings++) {
      const next = moved(at, change, 0.5 ** halvings, true);
      const value = this.#objective(next, lambda);
      if (value <= objective + ROUNDING * Math.abs(objective)) return { at: next, objective: value, whole: halvings === 0 };
    }
    return null;
  }

  /** Mean loss plus penalty. */
  #objective({ a, product, intercept }: Dual, lambda: number): number {
    const { response } = this.#rows;
    let mean = 0;
    for (let i = 0; i < a.length; i++) mean += this.#shares[i]! * this.#loss.value(response[i]!, this.#predictor(product, intercept, i));
    return mean + (lambda / 2) * dot(a, product);
  }

  /** r, and the square roots of u. */
  #derivatives({ product, intercept }: Dual): { slope: Float64Array; root: Float64Array } {
    const { response } = this.#rows;
    const psi = product.map((_, i) => this.#predictor(product, intercept, i));
    return {
      slope: psi.map((value, i) => this.#shares[i]! * this.#loss.derivative(response[i]!, value)),
      root: psi.map((value, i) => Math.sqrt(this.#shares[i]! * this.#loss.curvature(response[i]!, value))),
    };
  }

  #predictor(product: Float64Array, intercept: number, i: number): number {
    return product[i]! + intercept + (this.#rows.offset?.[i] ?? 0);
  }

  /** K a. 2 n^2 flops. */
  #times(a: Float64Array): Float64Array {
    return a.map((_, i) => dot(a, this.#products, i * a.length));
  }
}

function moved(at: Dual, change: Dual, length: number, withIntercept: boolean): Dual {
  return {
    a: at.a.map((value, i) => value + length * change.a[i]!),
    product: at.product.map((value, i) => value + length * change.product[i]!),
    intercept: withIntercept ? at.intercept + length * change.intercept : at.intercept,
  };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
