import type { Loss } from '../loss/loss.ts';
import { weightedAuc } from './auc.ts';
import { GrowingArray } from './growingArray.ts';
import { bestConstant } from './nullModel.ts';

/** How well a model predicts some rows. Means are weighted; null where a number cannot be had (one class only, nothing to explain). */
export interface EvaluationReport {
  readonly rows: number;
  /** Rows without a prediction or a response, left out. */
  readonly dropped: number;
  readonly weightSum: number;
  /** Mean of 2 (loss - saturated loss). */
  readonly deviance: number;
  /** The same of the best constant (beside the offset) for these rows; of psi = offset where the model has no intercept. */
  readonly nullDeviance: number;
  /** 1 - deviance / nullDeviance. */
  readonly devianceRatio: number | null;
  /** Mean loss. */
  readonly loss: number;
  readonly classification: ClassificationReport | null;
  readonly regression: RegressionReport | null;
}

export interface ClassificationReport {
  /** Mean of -log of the probability given to what was seen. */
  readonly logLoss: number;
  readonly auc: number | null;
  /** At probability 0.5. */
  readonly accuracy: number;
  /** Mean squared difference of probability and response. */
  readonly brier: number;
  /** Share of positives, and what the model expects it to be. */
  readonly positiveShare: number;
  readonly meanProbability: number;
  /** Weights at probability 0.5. */
  readonly confusion: { readonly truePositive: number; readonly falsePositive: number; readonly trueNegative: number; readonly falseNegative: number };
}

export interface RegressionReport {
  readonly rmse: number;
  readonly mae: number;
  /** 1 - residual sum of squares / total sum of squares about the mean. */
  readonly r2: number | null;
}

/**
 * Collects responses and predictions batch by batch; `report` computes the
 * measures. Holds 24 bytes a row (32 with an offset): ranking needs all scores.
 */
export class Evaluation {
  readonly #loss: Loss;
  readonly #intercept: boolean;
  readonly #y = new GrowingArray();
  readonly #w = new GrowingArray();
  readonly #psi = new GrowingArray();
  readonly #offset: GrowingArray | null;
  #dropped = 0;

  /** @param intercept whether the model has one: what its null model may fit */
  constructor(loss: Loss, intercept: boolean, hasOffset: boolean) {
    this.#loss = loss;
    this.#intercept = intercept;
    this.#offset = hasOffset ? new GrowingArray() : null;
  }

  /** Rows with NaN in y or psi are counted as dropped; rows of weight zero take no part. */
  add(y: Float64Array, w: Float64Array, psi: Float64Array, offset: Float64Array | null): void {
    for (let i = 0; i < y.length; i++) {
      if (w[i] === 0) continue;
      if (Number.isNaN(y[i]!) || Number.isNaN(psi[i]!)) {
        this.#dropped++;
        continue;
      }
      this.#y.push(y[i]!);
      this.#w.push(w[i]!);
      this.#psi.push(psi[i]!);
      this.#offset?.push(offset![i]!);
    }
  }

  report(): EvaluationReport {
    const y = this.#y.values();
    const w = this.#w.values();
    const psi = this.#psi.values();
    const offset = this.#offset?.values() ?? null;
    const loss = this.#loss;
    const weightSum = sum(w.length, (i) => w[i]!);
    const mean = (term: (i: number) => number): number => sum(w.length, (i) => w[i]! * term(i)) / weightSum;
    const constant = this.#intercept ? bestConstant(loss, y, w, offset) : 0;
    const deviance = mean((i) => 2 * (loss.value(y[i]!, psi[i]!) - loss.saturated(y[i]!)));
    const nullDeviance = mean((i) => 2 * (loss.value(y[i]!, constant + (offset?.[i] ?? 0)) - loss.saturated(y[i]!)));
    return {
      rows: y.length,
      dropped: this.#dropped,
      weightSum,
      deviance,
      nullDeviance,
      devianceRatio: nullDeviance > 0 ? 1 - deviance / nullDeviance : null,
      loss: mean((i) => loss.value(y[i]!, psi[i]!)),
      classification: loss.response === 'probability' ? classification(loss, y, w, psi, mean) : null,
      regression: loss.response === 'numeric' ? regression(loss, y, psi, mean) : null,
    };
  }
}

type Mean = (term: (i: number) => number) => number;

function classification(loss: Loss, y: Float64Array, w: Float64Array, psi: Float64Array, mean: Mean): ClassificationReport {
  const probability = psi.map((value) => loss.mean(value));
  const auc = weightedAuc(psi, y, w);
  const cell = (positive: boolean, predicted: boolean): number =>
    sum(y.length, (i) => (probability[i]! > 0.5 === predicted ? w[i]! * (positive ? y[i]! : 1 - y[i]!) : 0));
  const confusion = { truePositive: cell(true, true), falsePositive: cell(false, true), trueNegative: cell(false, false), falseNegative: cell(true, false) };
  return {
    logLoss: mean((i) => loss.value(y[i]!, psi[i]!)),
    auc: Number.isFinite(auc) ? auc : null,
    accuracy: mean((i) => (probability[i]! > 0.5 ? y[i]! : 1 - y[i]!)),
    brier: mean((i) => (probability[i]! - y[i]!) ** 2),
    positiveShare: mean((i) => y[i]!),
    meanProbability: mean((i) => probability[i]!),
    confusion,
  };
}

function regression(loss: Loss, y: Float64Array, psi: Float64Array, mean: Mean): RegressionReport {
  const residual = (i: number): number => y[i]! - loss.mean(psi[i]!);
  const square = mean((i) => residual(i) ** 2);
  const centre = mean((i) => y[i]!);
  const total = mean((i) => (y[i]! - centre) ** 2);
  return { rmse: Math.sqrt(square), mae: mean((i) => Math.abs(residual(i))), r2: total > 0 ? 1 - square / total : null };
}

/** Pairwise in runs of 4,096, so that the rounding error does not grow with n. */
function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let start = 0; start < count; start += 4096) {
    const end = Math.min(count, start + 4096);
    let run = 0;
    for (let i = start; i < end; i++) run += term(i);
    total += run;
  }
  return total;
}
