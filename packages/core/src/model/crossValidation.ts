import type { CrossValidationResult } from '../fit/crossValidation.ts';
import { chooseLambda, summarizeFolds } from '../path/choice.ts';
import type { FoldSpec } from '../path/folds.ts';
import type { FoldsDescription } from '../rowSource.ts';
import type { CrossValidation } from './document.ts';

/**
 * What the document says of a cross-validation.
 * @param tolerance relative gap asked of what is fitted without a fold
 * @param column the values of the fold column, null where folds come from row numbers
 */
export function describeCrossValidation(folds: FoldSpec, tolerance: number, column: FoldsDescription | null, result: CrossValidationResult): CrossValidation {
  const { lambda } = result.path;
  const summary = summarizeFolds(result.deviance, result.foldWeights);
  const perFold = <Item>(of: (at: number) => Item): Item[][] => Array.from({ length: folds.count }, (_, f) => Array.from(lambda, (_lambda, k) => of(f * lambda.length + k)));
  return {
    folds: folds.count,
    by: folds.by,
    seed: folds.by === 'shuffle' ? folds.seed : null,
    column: folds.by === 'column' ? (column?.column ?? null) : null,
    values: folds.by === 'column' ? (column?.values ?? null) : null,
    tolerance,
    weights: Array.from(result.foldWeights),
    mean: Array.from(summary.mean),
    standardError: Array.from(summary.standardError),
    ...chooseLambda(lambda, summary),
    deviance: perFold((at) => result.deviance[at]!),
    relativeGap: perFold((at) => (Number.isFinite(result.gaps[at]!) ? result.gaps[at]! : null)),
    converged: perFold((at) => result.converged[at]!),
    reason: perFold((at) => result.reason[at]!),
  };
}
